import { assert } from "@holdfast/base";
import type { LeaderRole } from "./leader/leader-role.ts";
import { partsProblem } from "./membership/membership-problem.ts";
import { isJoint } from "./membership/plan-change.ts";
import type { PeerProgress } from "./progress/peer-progress.ts";
import type { RaftState } from "./raft-state.ts";
import { membersOf } from "./types/membership.ts";

/**
 * What is true of every member after every input (raft.md §8), as far as it is
 * cheap. A broken one means a bug, and stops the member.
 */
export function checkInvariants(state: RaftState): void {
  const { log, role, memberships, outbox } = state;
  assert(log.compacted.index <= log.commit, "compacted ≤ commit");
  assert(log.compacted.index <= log.durable, "compacted ≤ durable");
  assert(log.commit <= log.last.index, "commit ≤ last");
  assert(log.durable <= log.last.index, "durable ≤ last");
  assert(log.last.term <= state.term, "no entry is of a later term than the member");
  assert(memberships.effectiveIndex <= log.last.index, "a configuration in force is in the log");
  assert(log.applicable >= state.lastApplyTo, "what may be applied never falls");
  if (role.kind !== "leader") return;
  assert(outbox.install === undefined, "a leader's log is never replaced");
  assert(role.uncommitted.bytes >= 0, "the quota never goes below nothing");
  for (const peer of role.peers) checkPeer(state, peer);
}

function checkPeer({ log }: RaftState, peer: PeerProgress): void {
  assert(peer.match < peer.next, "match < next");
  assert(peer.match <= log.last.index, "nobody matches beyond the leader's log");
  assert(peer.next <= log.last.index + 1, "nothing beyond the log's end was sent");
  assert(
    peer.offered === undefined || peer.state === "snapshot",
    "a state is offered in snapshot only",
  );
}

/** What is dear to check: derived data against what it is derived from. */
export function checkDeeply(state: RaftState): void {
  const { log, memberships, role } = state;
  log.checkDeeply();
  let before = -1;
  for (const { index, membership } of memberships.all) {
    assert(index > before, "configurations stand in the order of the log");
    assert(before < 0 || index > log.compacted.index, "only one configuration is compacted");
    before = index;
    if (membersOf(membership).length === 0) continue;
    const problem = partsProblem(membership);
    assert(problem === undefined, `a configuration of the log: ${problem}`);
    assert(!isJoint(membership) || membership.autoLeave, "a joint configuration is left by itself");
  }
  if (role.kind === "leader") checkLeader(state, role);
}

function checkLeader(state: RaftState, role: LeaderRole): void {
  const { memberships, log } = state;
  const members = membersOf(memberships.effective).filter((id) => id !== state.id);
  const staying = role.peers.filter(({ leaving }) => leaving === undefined);
  assert(
    staying.length === members.length && staying.every(({ id }, at) => id === members[at]),
    "a leader's peers are the members of the configuration in force",
  );
  const open = memberships.all.filter(({ index }) => index > log.commit);
  const own = open.filter(({ index }) => index > role.noopIndex);
  assert(own.length <= 1, "one change of membership at a time");
  let bytes = 0;
  for (const entry of role.uncommitted.entries) bytes += entry.bytes;
  assert(bytes === role.uncommitted.bytes, "the quota is the sum of what is uncommitted");
  for (const { window } of role.peers) {
    assert(window.bytes === window.recount(), "a window's bytes are the sum of what it holds");
  }
}

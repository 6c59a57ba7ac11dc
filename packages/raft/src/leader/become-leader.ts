import { assert, emptyBytes } from "@holdfast/base";
import { announceRole } from "../election/roles.ts";
import type { RaftState } from "../raft-state.ts";
import { membersOf } from "../types/membership.ts";
import { ContactRounds } from "./contact-rounds.ts";
import { settleHandover } from "./handover.ts";
import type { LeaderRole } from "./leader-role.ts";
import { newPeer } from "./peers.ts";
import { PendingReads } from "./pending-reads.ts";

/**
 * Won an election. The first act is an empty entry of the own term: only with it
 * committed is anything older known to be (Raft, sections 5.4.2 and 8).
 */
export function becomeLeader(state: RaftState): void {
  assert(state.role.kind === "candidate", "only a candidate becomes the leader");
  assert(!state.outbox.hardStateDirty, "the own vote is durable");
  const next = state.log.last.index + 1;
  const noop = state.log.append(state.term, "noop", emptyBytes());
  const role: LeaderRole = {
    kind: "leader",
    peers: membersOf(state.memberships.effective)
      .filter((id) => id !== state.id)
      .map((id) => newPeer(state, id, next, 0)),
    rounds: new ContactRounds(state.now),
    reads: new PendingReads(),
    noopIndex: noop.index,
    uncommitted: { bytes: 0, entries: [] },
    nextHeartbeatAt: state.now,
    change: undefined,
    stallSeen: false,
  };
  state.role = role;
  state.hurryUntil = 0;
  state.offer = undefined;
  settleHandover(state, state.id);
  announceRole(state, "leader", "the election was won");
}

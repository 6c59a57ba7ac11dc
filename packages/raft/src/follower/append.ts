import { assert, type MemberId } from "@holdfast/base";
import { becomeFollower } from "../election/roles.ts";
import type { RaftState } from "../raft-state.ts";
import type { Entry } from "../types/entry.ts";
import type { AppendRequest, HeartbeatRequest } from "../types/message.ts";

/** A message of the current term's leader: follow it and wait anew. */
export function hearLeader(state: RaftState, leader: MemberId): void {
  assert(state.role.kind !== "leader", "one leader per term (Raft, section 5.2)");
  const known = state.role.kind === "follower" ? state.role.leader : undefined;
  assert(known === undefined || known === leader, "one leader per term (Raft, section 5.2)");
  if (known === undefined) becomeFollower(state, leader, "a leader was heard");
  state.heardLeaderAt = state.now;
  state.hurryUntil = 0;
  state.timer.reset(state.now);
}

/** Raft, section 5.3; the request is of this member's term. */
export function onAppendRequest(state: RaftState, request: AppendRequest): void {
  hearLeader(state, request.from);
  const { log } = state;
  const { prev, entries } = request;
  const answer = {
    from: state.id,
    to: request.from,
    term: state.term,
    epoch: request.epoch,
    round: request.round,
  };
  // What is committed here is in every later leader's log, so it matches without being compared.
  const matches = prev.index <= log.commit || log.termAt(prev.index) === prev.term;
  if (!matches) {
    const hint = log.lastAtMost(prev.index, prev.term);
    state.outbox.hold({ kind: "append-rejected", ...answer, rejected: prev.index, hint });
    return;
  }
  acceptEntries(state, entries);
  const verified = prev.index + entries.length;
  followCommit(state, request.commit, verified);
  state.floor = Math.max(state.floor, request.floor);
  state.outbox.hold({ kind: "append-accepted", ...answer, match: Math.max(verified, log.commit) });
}

/** Truncates only upon a real conflict: same index, other term (checklist G4). */
function acceptEntries(state: RaftState, entries: readonly Entry[]): void {
  const { log } = state;
  for (const entry of entries) {
    if (entry.index <= log.commit) continue;
    const term = log.termAt(entry.index);
    if (term === entry.term) continue;
    if (term !== undefined) truncate(state, entry.index);
    log.accept(entry);
    if (entry.kind === "membership") {
      const membership = state.membershipCodec.decode(entry.payload);
      state.memberships.append(entry.index, membership);
      state.outbox.transitions.push({ kind: "membership", membership });
    }
  }
}

function truncate(state: RaftState, from: number): void {
  state.log.truncate(from);
  state.persist.superseded(from);
  if (state.memberships.truncate(from)) {
    const membership = state.memberships.effective;
    state.outbox.transitions.push({ kind: "membership", membership });
  }
}

/** Never beyond what this message verified: the end of the own log may be another leader's (checklist G5). */
function followCommit(state: RaftState, leaderCommit: number, verified: number): void {
  state.log.advanceCommit(Math.min(leaderCommit, verified));
}

/** The leader never names a commit index above what it knows to match here. */
export function onHeartbeatRequest(state: RaftState, request: HeartbeatRequest): void {
  hearLeader(state, request.from);
  followCommit(state, request.commit, state.log.last.index);
  state.floor = Math.max(state.floor, request.floor);
  state.outbox.hold({
    kind: "heartbeat-response",
    from: state.id,
    to: request.from,
    term: state.term,
    epoch: request.epoch,
    round: request.round,
  });
}

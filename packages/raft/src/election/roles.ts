import { assert, type MemberId, type Term } from "@holdfast/base";
import type { LeaderRole } from "../leader/leader-role.ts";
import { failPendingReads } from "../leader/pending-reads.ts";
import type { RaftState } from "../raft-state.ts";
import { traceRole } from "../trace/trace-event.ts";
import type { RoleName } from "../types/effects.ts";

/** The leader as far as this member knows. */
export function knownLeader(state: RaftState): MemberId | undefined {
  if (state.role.kind === "leader") return state.id;
  return state.role.kind === "follower" ? state.role.leader : undefined;
}

/** Whether a leader was heard so recently that no other candidate is listened to (checklist F03). */
export function leaderAlive(state: RaftState): boolean {
  if (state.role.kind === "leader") return true;
  return (
    knownLeader(state) !== undefined &&
    state.now - state.heardLeaderAt < state.options.electionTimeoutMs
  );
}

/** Takes a higher term; the vote is cleared only here (checklist G1). */
export function adoptTerm(state: RaftState, term: Term): void {
  assert(term > state.term, "terms only grow");
  assert(Number.isSafeInteger(term), "terms end at 2^53 - 1");
  state.term = term;
  state.vote = undefined;
  state.outbox.hardStateDirty = true;
}

/** Steps down, or goes from one leader to another. The caller has adopted the term. */
export function becomeFollower(
  state: RaftState,
  leader: MemberId | undefined,
  reason: string,
): void {
  const before = state.role;
  const known = knownLeader(state);
  if (before.kind === "leader") {
    failPendingReads(state, before);
    leaveChangeOpen(state, before);
  }
  if (known !== leader) failForwardedReads(state);
  state.role = { kind: "follower", leader };
  if (before.kind !== "follower") state.timer.reset(state.now);
  if (before.kind !== "follower" || known !== leader) announceRole(state, "follower", reason);
}

/** It is in this log; whether it stays there is for the next leader to say. */
function leaveChangeOpen({ outbox }: RaftState, { change }: LeaderRole): void {
  if (change !== undefined)
    outbox.outcomes.push({ kind: "membership-unknown", token: change.token });
}

export function failForwardedReads(state: RaftState): void {
  for (const token of state.reads.takeAll()) {
    state.outbox.outcomes.push({ kind: "read-failed", token });
  }
}

export function announceRole(state: RaftState, role: RoleName, reason: string): void {
  state.outbox.transitions.push({
    kind: "role",
    role,
    term: state.term,
    leader: knownLeader(state),
    reason,
  });
  traceRole(state);
}

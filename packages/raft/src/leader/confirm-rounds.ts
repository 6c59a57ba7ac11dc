import type { RaftState } from "../raft-state.ts";
import { type LeaderRole, peerOf } from "./leader-role.ts";
import { answerConfirmedReads } from "./pending-reads.ts";

/** Counts who has answered which round; a single voter confirms its rounds by this alone. */
export function confirmRounds(state: RaftState, role: LeaderRole): void {
  const confirmed = role.rounds.count(
    state.id,
    state.memberships.effective,
    (id) => peerOf(role, id)?.ackedRound ?? 0,
  );
  if (confirmed) answerConfirmedReads(state, role);
}

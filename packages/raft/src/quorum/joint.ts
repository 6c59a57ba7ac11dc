import type { MemberId } from "@holdfast/base";
import type { Membership } from "../types/membership.ts";
import { majorityValue, majorityVote, type VoteResult } from "./majority.ts";

type Voters = Pick<Membership, "voters" | "outgoing">;

/**
 * The greatest value that a quorum has reached: a majority of each half of a
 * joint configuration (thesis, section 4.3). Commit, read rounds and the check
 * of a leader's contact all stand on this one function.
 */
export function quorumValue(membership: Voters, reachedBy: (voter: MemberId) => number): number {
  return Math.min(
    majorityValue(membership.voters, reachedBy),
    majorityValue(membership.outgoing, reachedBy),
  );
}

export function quorumVote(
  membership: Voters,
  answers: ReadonlyMap<MemberId, boolean>,
): VoteResult {
  const incoming = majorityVote(membership.voters, answers);
  const outgoing = majorityVote(membership.outgoing, answers);
  if (incoming === "lost" || outgoing === "lost") return "lost";
  return incoming === "won" && outgoing === "won" ? "won" : "pending";
}

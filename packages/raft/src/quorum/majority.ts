import type { MemberId } from "@holdfast/base";

/**
 * The greatest value that a majority of `voters` has reached.
 *
 * No voters: `Infinity`, so that the empty half of a configuration decides
 * nothing and a plain configuration is a joint one with an empty half.
 */
export function majorityValue(
  voters: readonly MemberId[],
  reachedBy: (voter: MemberId) => number,
): number {
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  const descending = voters.map(reachedBy).sort((a, b) => b - a);
  return descending[voters.length >> 1] ?? 0;
}

export type VoteResult = "won" | "lost" | "pending";

/** Whether a majority of `voters` has granted, or can no longer grant. No voters: won. */
export function majorityVote(
  voters: readonly MemberId[],
  answers: ReadonlyMap<MemberId, boolean>,
): VoteResult {
  const needed = voters.length === 0 ? 0 : (voters.length >> 1) + 1;
  let granted = 0;
  let open = 0;
  for (const voter of voters) {
    const answer = answers.get(voter);
    if (answer === true) granted++;
    else if (answer === undefined) open++;
  }
  if (granted >= needed) return "won";
  return granted + open >= needed ? "pending" : "lost";
}

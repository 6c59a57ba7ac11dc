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
  const descending: number[] = [];
  for (const voter of voters) insert(descending, reachedBy(voter));
  return descending[voters.length >> 1] ?? 0;
}

/** Voters are few, and this is asked with every answer: sorting with a comparison of its own takes thrice as long. */
function insert(descending: number[], value: number): void {
  let at = descending.length;
  while (at > 0 && (descending[at - 1] as number) < value) {
    descending[at] = descending[at - 1] as number;
    at--;
  }
  descending[at] = value;
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

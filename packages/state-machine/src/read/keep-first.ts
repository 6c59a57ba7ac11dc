import { compareBytes, emptyBytes, type Steps } from "@holdfast/base";
import type { FoundKey } from "./found-keys.ts";
import type { RangePlan } from "./range-plan.ts";
import { sortSteps } from "./sort-steps.ts";

/** So many found keys are worth cutting to those that can still be in the answer. */
const WORTH_CUTTING = 8_000;
const NO_BYTES: Uint8Array = emptyBytes();

/** How an answer is ordered that is not ordered by key. */
export function orderOf({ sort }: RangePlan): ((a: FoundKey, b: FoundKey) => number) | undefined {
  if (sort === undefined) return undefined;
  const sign = sort.descending ? -1 : 1;
  switch (sort.target) {
    case "version":
      return (a, b) => sign * (a.version - b.version);
    case "create":
      return (a, b) => sign * (a.createRevision - b.createRevision);
    case "mod":
      return (a, b) => sign * (a.modRevision - b.modRevision);
    case "value":
      return (a, b) => sign * compareBytes(a.value ?? NO_BYTES, b.value ?? NO_BYTES);
  }
}

/**
 * Lets go of found keys that cannot come into a limited answer any more, so that the
 * newest key of a million does not take the memory of a million. Sorting is stable, so
 * what stays is what a sort of all would have left.
 */
export function* keepFirst(found: FoundKey[], plan: RangePlan): Steps<void> {
  const { limit, take, sort } = plan;
  // With a `take` the first keys by key are the answer, and only ordered; values may not be known yet.
  if (limit === 0 || take !== Number.POSITIVE_INFINITY || sort?.target === "value") return;
  const order = orderOf(plan);
  if (order === undefined || found.length < Math.max(WORTH_CUTTING, 2 * limit)) return;
  const first = (yield* sortSteps(found, order)).slice(0, limit + 1);
  found.length = 0;
  for (const one of first) found.push(one);
}

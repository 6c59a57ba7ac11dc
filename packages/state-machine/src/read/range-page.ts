import type { Steps } from "@holdfast/base";
import type { RangeQuery, RangeResult } from "../query.ts";
import type { ReadRefusal } from "../refusal.ts";
import type { RowLayout } from "../rows/row-layout.ts";
import type { AnswerBudget } from "./answer-budget.ts";
import { planRange } from "./range-plan.ts";
import { readRange } from "./range-steps.ts";
import type { StatePoint } from "./state-point.ts";

/**
 * The first pairs of a range, up to the query's limit, and whether there are more. Unlike
 * {@link import("./range-steps.ts").rangeSteps} it stops there: what the rest counts is not known, so a range
 * that is read page by page costs no more than one that is read at once.
 *
 * @throws AnswerTooLargeError when the page weighs more than `answer` has left
 */
export function* rangePageSteps(
  query: RangeQuery,
  point: StatePoint,
  layout: RowLayout,
  answer: AnswerBudget,
): Steps<Omit<RangeResult, "count"> | ReadRefusal> {
  const plan = { ...planRange(query), countsAll: false };
  const page = yield* readRange(query, point, { layout, open: undefined, answer }, plan);
  answer.check();
  return page;
}

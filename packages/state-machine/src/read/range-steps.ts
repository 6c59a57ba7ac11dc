import { emptyBytes, fromByteString, pause, type Steps } from "@holdfast/base";
import type { KeyValue } from "../key-value.ts";
import type { RangeQuery, RangeResult } from "../query.ts";
import type { ReadRefusal } from "../refusal.ts";
import { isEmptyRange, keyRange } from "../rows/key-range.ts";
import type { RowLayout } from "../rows/row-layout.ts";
import { AnswerBudget } from "./answer-budget.ts";
import { findHistoric } from "./find-historic.ts";
import { findLatest } from "./find-latest.ts";
import { type FoundKey, PAGE_ROWS } from "./found-keys.ts";
import { orderOf } from "./keep-first.ts";
import { loadEvents, valuesInto, type Weigh } from "./load-events.ts";
import { planRange, type RangePlan } from "./range-plan.ts";
import { sortSteps } from "./sort-steps.ts";
import { type RowSource, revisionRefusal, type StatePoint } from "./state-point.ts";

const NO_BYTES: Uint8Array = emptyBytes();

/**
 * Reads a range at its revision, with etcd's meaning of every option
 * (etcd-v3.md §5.1). The driver answers all needs from one View, of which `point`
 * was taken in the same turn.
 *
 * @throws AnswerTooLargeError when it weighs more than `answer` has left
 */
export function* rangeSteps(
  query: RangeQuery,
  point: StatePoint,
  layout: RowLayout,
  answer: AnswerBudget = new AnswerBudget(),
): Steps<RangeResult | ReadRefusal> {
  const range = yield* readRange(query, point, { layout, open: undefined, answer });
  answer.check();
  return range;
}

/**
 * Like {@link rangeSteps}, also over events that have no row yet. Where the answer is too
 * large, what comes back means nothing.
 */
export function* readRange(
  query: RangeQuery,
  point: StatePoint,
  source: RowSource,
  plan: RangePlan = planRange(query),
): Steps<RangeResult | ReadRefusal> {
  const refusal = revisionRefusal(query, point);
  if (refusal !== undefined) return refusal;
  const { revision } = point;
  const range = keyRange(query);
  if (isEmptyRange(range)) return { revision, kvs: [], more: false, count: 0 };
  const isLatest = query.revision <= 0 || query.revision === revision;
  const { found, count } = isLatest
    ? yield* findLatest(source, range, plan)
    : yield* findHistoric(source, range, { ...plan, revision: query.revision });
  const sorted = yield* inOrder(source, found, plan);
  const more = plan.limit > 0 && sorted.length > plan.limit;
  const kept = more ? sorted.slice(0, plan.limit) : sorted;
  return { revision, kvs: yield* pairsOf(source, kept, plan), more, count };
}

function* inOrder(
  source: RowSource,
  found: readonly FoundKey[],
  plan: RangePlan,
): Steps<readonly FoundKey[]> {
  const order = orderOf(plan);
  if (order === undefined) return found;
  if (plan.sort?.target !== "value") return yield* sortSteps(found, order);
  return yield* sortSteps(yield* withValues(source, found, valuesInto(source.answer)), order);
}

function* pairsOf(
  source: RowSource,
  found: readonly FoundKey[],
  plan: RangePlan,
): Steps<readonly KeyValue[]> {
  const { keepsAllFound, withValues: wantsValues } = plan;
  const pairs: KeyValue[] = [];
  for (let at = 0; at < found.length && !source.answer.isExceeded; at += PAGE_ROWS) {
    if (at > 0) yield* pause();
    const page = found.slice(at, at + PAGE_ROWS);
    if (!keepsAllFound) source.answer.spendPairs(page, wantsValues);
    const full = wantsValues ? yield* withValues(source, page, valuesInto(source.answer)) : page;
    for (const one of full)
      pairs.push(toPair(one, wantsValues ? (one.value ?? NO_BYTES) : NO_BYTES));
  }
  return pairs;
}

/** The pair that a found key is, with that value. */
export function toPair(found: FoundKey, value: Uint8Array): KeyValue {
  const { createRevision, modRevision, version, lease } = found;
  return {
    key: fromByteString(found.key),
    value,
    createRevision,
    modRevision,
    version,
    lease,
  };
}

/**
 * The same keys, each with its value. With `weigh` those that are loaded are counted, and only the first ones
 * have theirs once the answer is too large.
 */
export function* withValues(
  source: RowSource,
  found: readonly FoundKey[],
  weigh?: Weigh,
): Steps<readonly FoundKey[]> {
  const missing = found.filter((one) => one.value === undefined);
  if (missing.length === 0) return found;
  const full: FoundKey[] = [];
  let at = 0;
  while (at < found.length) {
    const page = found.slice(at, at + PAGE_ROWS);
    const wanted = page.filter((one) => one.value === undefined);
    const events = yield* loadEvents(source, wanted, { withValues: true, weigh });
    let next = 0;
    for (const one of page) {
      full.push(one.value === undefined ? { ...one, value: events[next++]?.value } : one);
    }
    at += PAGE_ROWS;
    if (at < found.length) yield* pause();
  }
  return full;
}

import { compareBytes, emptyBytes, fromByteString, pause, type Steps } from "@holdfast/base";
import type { KeyValue } from "../key-value.ts";
import type { RangeQuery, RangeResult } from "../query.ts";
import type { ReadRefusal } from "../refusal.ts";
import { isEmptyRange, keyRange } from "../rows/key-range.ts";
import type { RowLayout } from "../rows/row-layout.ts";
import { findHistoric } from "./find-historic.ts";
import { findLatest } from "./find-latest.ts";
import { type FoundKey, PAGE_ROWS } from "./found-keys.ts";
import { loadEvents } from "./load-events.ts";
import { planRange, type RangePlan } from "./range-plan.ts";
import { sortSteps } from "./sort-steps.ts";
import { type RowSource, revisionRefusal, type StatePoint } from "./state-point.ts";

const NO_BYTES: Uint8Array = emptyBytes();

/**
 * Reads a range at its revision, with etcd's meaning of every option
 * (etcd-v3.md §5.1). The driver answers all needs from one View, of which `point`
 * was taken in the same turn.
 */
export function rangeSteps(
  query: RangeQuery,
  point: StatePoint,
  layout: RowLayout,
): Steps<RangeResult | ReadRefusal> {
  return readRange(query, point, { layout, open: undefined });
}

/** Like {@link rangeSteps}, also over events that have no row yet. */
export function* readRange(
  query: RangeQuery,
  point: StatePoint,
  source: RowSource,
): Steps<RangeResult | ReadRefusal> {
  const refusal = revisionRefusal(query, point);
  if (refusal !== undefined) return refusal;
  const { revision } = point;
  const range = keyRange(query);
  if (isEmptyRange(range)) return { revision, kvs: [], more: false, count: 0 };
  const plan = planRange(query);
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
  const { sort } = plan;
  if (sort === undefined) return found;
  const sign = sort.descending ? -1 : 1;
  switch (sort.target) {
    case "version":
      return yield* sortSteps(found, (a, b) => sign * (a.version - b.version));
    case "create":
      return yield* sortSteps(found, (a, b) => sign * (a.createRevision - b.createRevision));
    case "mod":
      return yield* sortSteps(found, (a, b) => sign * (a.modRevision - b.modRevision));
    case "value": {
      const full = yield* withValues(source, found);
      return yield* sortSteps(
        full,
        (a, b) => sign * compareBytes(a.value ?? NO_BYTES, b.value ?? NO_BYTES),
      );
    }
  }
}

function* pairsOf(
  source: RowSource,
  found: readonly FoundKey[],
  plan: RangePlan,
): Steps<readonly KeyValue[]> {
  const full = plan.withValues ? yield* withValues(source, found) : found;
  const pairs: KeyValue[] = [];
  for (const one of full) {
    if (pairs.length % PAGE_ROWS === PAGE_ROWS - 1) yield* pause();
    pairs.push(toPair(one, plan.withValues ? (one.value ?? NO_BYTES) : NO_BYTES));
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

/** The same keys, each with its value. */
export function* withValues(
  source: RowSource,
  found: readonly FoundKey[],
): Steps<readonly FoundKey[]> {
  const missing = found.filter((one) => one.value === undefined);
  if (missing.length === 0) return found;
  const full: FoundKey[] = [];
  let at = 0;
  while (at < found.length) {
    const page = found.slice(at, at + PAGE_ROWS);
    const wanted = page.filter((one) => one.value === undefined);
    const events = yield* loadEvents(source, wanted, true);
    let next = 0;
    for (const one of page) {
      full.push(one.value === undefined ? { ...one, value: events[next++]?.value } : one);
    }
    at += PAGE_ROWS;
  }
  return full;
}

import { type ByteString, needRows, needScan, pause, type Row, type Steps } from "@holdfast/base";
import { decodeCurrent } from "../rows/current-row.ts";
import { currentBounds, currentKey, type KeyRange, keyOfCurrent } from "../rows/row-layout.ts";
import { COUNT_PAGE_ROWS, type FoundKey, type FoundKeys, PAGE_ROWS } from "./found-keys.ts";
import { keepFirst } from "./keep-first.ts";
import type { RangePlan } from "./range-plan.ts";
import type { RowSource } from "./state-point.ts";

/** Walks the latest versions of a range in the order of keys, page by page. */
export function* findLatest(source: RowSource, range: KeyRange, plan: RangePlan): Steps<FoundKeys> {
  if (range.to === `${range.from}\0`) return yield* findOneLatest(source, range.from, plan);
  const found: FoundKey[] = [];
  let { from, to } = currentBounds(source.layout, range);
  let count = 0;
  while (true) {
    const keysOnly = found.length >= plan.take;
    const limit = keysOnly ? COUNT_PAGE_ROWS : pageRows(plan, found.length);
    const rows = yield* needScan({ from, to, limit, keysOnly, reverse: plan.descendingKeys });
    count += rows.length;
    if (!keysOnly) takeRows(source, rows, plan, found);
    yield* keepFirst(found, plan);
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit || isEnough(plan, found)) return { found, count };
    if (source.answer.isExceeded) return { found: [], count };
    if (plan.descendingKeys) to = last.key;
    else from = `${last.key}\0`;
    yield* pause();
  }
}

/** One key is one point read, which a driver can answer within the turn; a scan it cannot. */
function* findOneLatest(source: RowSource, key: ByteString, plan: RangePlan): Steps<FoundKeys> {
  const rowKey = currentKey(source.layout, key);
  const [value] = yield* needRows([rowKey]);
  const rows = value === undefined ? [] : [{ key: rowKey, value }];
  const found: FoundKey[] = [];
  takeRows(source, rows, plan, found);
  return { found, count: rows.length };
}

/** Whether nothing more is to be found, and nobody asks how much there is. */
export function isEnough(plan: RangePlan, found: readonly FoundKey[]): boolean {
  return !plan.countsAll && found.length >= plan.take;
}

function pageRows(plan: RangePlan, taken: number): number {
  return plan.passes === undefined ? Math.min(PAGE_ROWS, plan.take - taken) : PAGE_ROWS;
}

function takeRows(
  source: RowSource,
  rows: readonly Row[],
  plan: RangePlan,
  found: FoundKey[],
): void {
  for (const row of rows) {
    if (found.length >= plan.take) return;
    const record = decodeCurrent(row.value);
    if (plan.passes !== undefined && !plan.passes(record)) continue;
    const key = keyOfCurrent(source.layout, row.key);
    found.push({ ...record, key });
    weigh(source, plan, { keyBytes: key.length, valueBytes: record.value?.length ?? 0, found });
  }
}

/**
 * Counts an inline value exactly where one that is not would be counted when it is loaded: what
 * an answer weighs must not depend on which of them are inline, as replicas may differ in that.
 */
function weigh(
  source: RowSource,
  plan: RangePlan,
  last: {
    readonly keyBytes: number;
    readonly valueBytes: number;
    readonly found: readonly FoundKey[];
  },
): void {
  const { keyBytes, valueBytes, found } = last;
  const sortsValues = plan.sort?.target === "value";
  // The one beyond the limit only tells that there is more.
  const isBeyond = plan.limit > 0 && found.length > plan.limit;
  const isLoaded = sortsValues || (plan.withValues && !isBeyond);
  if (plan.keepsAllFound) source.answer.spendPair(keyBytes, isLoaded ? valueBytes : 0);
  else if (sortsValues) source.answer.spendValue(valueBytes);
}

import { needScan, pause, type Row, type Steps } from "@holdfast/base";
import { decodeCurrent } from "../rows/current-row.ts";
import { currentBounds, type KeyRange, keyOfCurrent } from "../rows/row-layout.ts";
import { COUNT_PAGE_ROWS, type FoundKey, type FoundKeys, PAGE_ROWS } from "./found-keys.ts";
import type { RangePlan } from "./range-plan.ts";
import type { RowSource } from "./state-point.ts";

/** Walks the latest versions of a range in the order of keys, page by page. */
export function* findLatest(source: RowSource, range: KeyRange, plan: RangePlan): Steps<FoundKeys> {
  const found: FoundKey[] = [];
  let { from, to } = currentBounds(source.layout, range);
  let count = 0;
  while (true) {
    const keysOnly = found.length >= plan.take;
    const limit = keysOnly ? COUNT_PAGE_ROWS : pageRows(plan, found.length);
    const rows = yield* needScan({ from, to, limit, keysOnly, reverse: plan.descendingKeys });
    count += rows.length;
    if (!keysOnly) takeRows(source, rows, plan, found);
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return { found, count };
    if (plan.descendingKeys) to = last.key;
    else from = `${last.key}\0`;
    yield* pause();
  }
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
    found.push({ ...record, key: keyOfCurrent(source.layout, row.key) });
  }
}

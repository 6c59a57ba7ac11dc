import {
  type ByteString,
  compareBytes,
  needScan,
  pause,
  type Steps,
  toByteString,
} from "@holdfast/base";
import type { Compare, CompareResult } from "../command.ts";
import { type CurrentRecord, decodeCurrent } from "../rows/current-row.ts";
import { isEmptyRange, keyRange } from "../rows/key-range.ts";
import { currentBounds, keyOfCurrent } from "../rows/row-layout.ts";
import { PAGE_ROWS } from "./found-keys.ts";
import { withValues } from "./range-steps.ts";
import type { RowSource } from "./state-point.ts";

/** The latest versions of keys that were fetched ahead. */
export type FetchedRecords = ReadonlyMap<ByteString, CurrentRecord | undefined>;

/** Adds the keys that a list of compares will ask {@link compareSteps} for. */
export function addCompareKeys(compares: readonly Compare[], keys: Set<ByteString>): void {
  for (const compare of compares) {
    if (compare.rangeEnd.length === 0) keys.add(toByteString(compare.key));
  }
}

/** Whether all guards hold on the latest state (etcd-v3.md §5.5); stops at the first that does not. */
export function* compareSteps(
  compares: readonly Compare[],
  records: FetchedRecords,
  source: RowSource,
): Steps<boolean> {
  for (const compare of compares) {
    const holds =
      compare.rangeEnd.length === 0
        ? yield* holdsForKey(compare, records, source)
        : yield* holdsForRange(compare, source);
    if (!holds) return false;
  }
  return true;
}

function* holdsForKey(
  compare: Compare,
  records: FetchedRecords,
  source: RowSource,
): Steps<boolean> {
  const key = toByteString(compare.key);
  const record = records.get(key);
  return record === undefined
    ? holdsForMissing(compare)
    : yield* holdsForRecord(compare, { ...record, key }, source);
}

function* holdsForRange(compare: Compare, source: RowSource): Steps<boolean> {
  const range = keyRange(compare);
  if (isEmptyRange(range)) return holdsForMissing(compare);
  let { from, to } = currentBounds(source.layout, range);
  let isEmpty = true;
  while (true) {
    const rows = yield* needScan({ from, to, limit: PAGE_ROWS });
    for (const row of rows) {
      isEmpty = false;
      const found = { ...decodeCurrent(row.value), key: keyOfCurrent(source.layout, row.key) };
      if (!(yield* holdsForRecord(compare, found, source))) return false;
    }
    if (rows.length < PAGE_ROWS) return isEmpty ? holdsForMissing(compare) : true;
    from = `${rows.at(-1)?.key}\0`;
    yield* pause();
  }
}

/** A missing key has version, create, mod and lease 0, and no value that any compare could match. */
function holdsForMissing(compare: Compare): boolean {
  return compare.target === "value" ? false : matches(compare.result, order(0n, compare.operand));
}

function* holdsForRecord(
  compare: Compare,
  record: CurrentRecord & { readonly key: ByteString },
  source: RowSource,
): Steps<boolean> {
  if (compare.target !== "value") {
    return matches(compare.result, order(numberOf(compare.target, record), compare.operand));
  }
  const [full] = yield* withValues(source, [record]);
  const value = full?.value;
  return value !== undefined && matches(compare.result, compareBytes(value, compare.operand));
}

function numberOf(target: "version" | "create" | "mod" | "lease", record: CurrentRecord): bigint {
  switch (target) {
    case "version":
      return BigInt(record.version);
    case "create":
      return BigInt(record.createRevision);
    case "mod":
      return BigInt(record.modRevision);
    case "lease":
      return record.lease;
  }
}

function order(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function matches(result: CompareResult, difference: number): boolean {
  switch (result) {
    case "equal":
      return difference === 0;
    case "greater":
      return difference > 0;
    case "less":
      return difference < 0;
    case "not-equal":
      return difference !== 0;
  }
}

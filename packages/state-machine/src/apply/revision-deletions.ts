import { type ByteString, needScan, pause, type Steps } from "@holdfast/base";
import type { DeleteRangeOperation } from "../command.ts";
import { COUNT_PAGE_ROWS } from "../read/found-keys.ts";
import { isEmptyRange, keyRange } from "../rows/key-range.ts";
import { currentBounds, type KeyRange } from "../rows/row-layout.ts";
import type { RevisionWriter } from "./revision-writer.ts";

/**
 * Keys that one revision may delete. All its rows are in memory until it ends, on every
 * replica, at some 700 bytes a key (docs/decisions/0010). It decides what a committed operation
 * does, so it is part of the format: no configuration sets it, and replicas that differ in it diverge.
 */
export const REVISION_DELETIONS_MAX = 1_048_576;

/**
 * Once operations of one entry deleted so many keys together, what they wrote may become durable
 * before the entry ends. It decides how rows are cut, so it is the same on every replica.
 */
export const PART_DELETIONS = 65_536;

/** Rows of the engine: `[from, to)`. */
export interface RowBounds {
  readonly from: ByteString;
  readonly to: ByteString;
}

/**
 * Whether the deletions of one transaction, all branches taken together, find more keys than
 * one revision may delete.
 *
 * Counted on the state before it: a key that two of them delete counts once, as only the first
 * finds it; what the transaction itself puts before it deletes is not seen. That is at most
 * one key for each of its puts, of which a request has 8,192 at most, and 128 in one branch.
 */
export function* areTooManyDeletions(
  operations: readonly DeleteRangeOperation[],
  writer: RevisionWriter,
): Steps<boolean> {
  let left = writer.deletionsMax;
  for (const range of apart(operations.map(keyRange))) {
    if (writer.records.has(range.from) && range.to === `${range.from}\0`) {
      // A single key was fetched ahead.
      left -= writer.records.get(range.from) === undefined ? 0 : 1;
    } else {
      left -= yield* countRows(currentBounds(writer.layout, range), left);
    }
    if (left < 0) return true;
    if (writer.work.spend()) yield* pause();
  }
  return false;
}

/** Counts rows, and no further once there are more than `most`. */
export function* countRows(bounds: RowBounds, most: number): Steps<number> {
  let { from } = bounds;
  let count = 0;
  while (true) {
    const scan = { from, to: bounds.to, limit: COUNT_PAGE_ROWS, keysOnly: true };
    const rows = yield* needScan(scan);
    count += rows.length;
    if (rows.length < COUNT_PAGE_ROWS || count > most) return count;
    from = `${rows.at(-1)?.key}\0`;
    yield* pause();
  }
}

/** The same keys in ranges that do not overlap, without the empty ones. */
function apart(ranges: readonly KeyRange[]): readonly KeyRange[] {
  const merged: KeyRange[] = [];
  const inOrder = ranges
    .filter((range) => !isEmptyRange(range))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  for (const range of inOrder) {
    const last = merged.at(-1);
    if (last === undefined || isEmptyRange({ from: range.from, to: last.to })) merged.push(range);
    else merged[merged.length - 1] = { from: last.from, to: laterEnd(last.to, range.to) };
  }
  return merged;
}

/** `undefined` is the end of everything. */
function laterEnd(a: ByteString | undefined, b: ByteString | undefined): ByteString | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a < b ? b : a;
}

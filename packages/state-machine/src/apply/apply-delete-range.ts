import {
  type ByteString,
  emptyBytes,
  fromByteString,
  needScan,
  pause,
  type Row,
  type Steps,
  toByteString,
} from "@holdfast/base";
import type { DeleteRangeOperation } from "../command.ts";
import type { KeyValue } from "../key-value.ts";
import { valuesInto } from "../read/load-events.ts";
import { toPair, withValues } from "../read/range-steps.ts";
import type { DeleteRangeResult, FailedResult } from "../result.ts";
import { type CurrentRecord, decodeCurrent, leaseOfCurrent } from "../rows/current-row.ts";
import { isEmptyRange, keyRange } from "../rows/key-range.ts";
import { currentBounds, keyOfCurrent } from "../rows/row-layout.ts";
import { countRows, type RowBounds } from "./revision-deletions.ts";
import type { RevisionWriter } from "./revision-writer.ts";

/** Keys that are looked for at once. */
const PAGE_ROWS = 500;
/** Of the {@link WorkMeter}: among a million rows in memory a deletion takes four times what a put takes. */
const UNITS_PER_KEY = 4;

/** Rows of a range to delete: as many as are deleted at once, and where the others are, if there may be any. */
interface Page {
  readonly rows: readonly Row[];
  readonly rest: RowBounds | undefined;
}

const NOTHING: Page = { rows: [], rest: undefined };

/** Applies a deletion that stands alone. It does nothing where it would be too much for one revision. */
export function* applyDeleteRange(
  operation: DeleteRangeOperation,
  writer: RevisionWriter,
): Steps<DeleteRangeResult | FailedResult> {
  const first = yield* firstPage(operation, writer);
  // Most ranges end in their first page, so they are counted by being read.
  let left = writer.deletionsMax - first.rows.length;
  if (left >= 0 && first.rest !== undefined) left -= yield* countRows(first.rest, left);
  if (left >= 0) return yield* deleteRange(operation, writer, first);
  const failure = { reason: "too-many-deletions" } as const;
  return { kind: "failed", revision: writer.revision, failure };
}

/** Deletes a range of a transaction, whose keys were counted. */
export function* deleteCounted(
  operation: DeleteRangeOperation,
  writer: RevisionWriter,
): Steps<DeleteRangeResult> {
  return yield* deleteRange(operation, writer, yield* firstPage(operation, writer));
}

/** The first rows to delete; none where the operation names one key, which was fetched ahead. */
function* firstPage(operation: DeleteRangeOperation, writer: RevisionWriter): Steps<Page> {
  const range = keyRange(operation);
  if (operation.rangeEnd.length === 0 || isEmptyRange(range)) return NOTHING;
  const keysOnly = !operation.prevKv && mayBeKeysOnly(writer);
  return yield* readPage(currentBounds(writer.layout, range), keysOnly);
}

/** Which lease a key hangs on is told by its row, and none does where there is no lease. */
function mayBeKeysOnly({ leases }: RevisionWriter): boolean {
  return leases.count === 0;
}

function* readPage({ from, to }: RowBounds, keysOnly: boolean): Steps<Page> {
  const rows = yield* needScan({ from, to, limit: PAGE_ROWS, keysOnly });
  if (rows.length < PAGE_ROWS) return { rows, rest: undefined };
  return { rows, rest: { from: `${rows.at(-1)?.key}\0`, to } };
}

/** Deletes a range, in as many slices as it takes, all of it in the revision of its operation. */
function* deleteRange(
  operation: DeleteRangeOperation,
  writer: RevisionWriter,
  first: Page,
): Steps<DeleteRangeResult> {
  const prevKvs: KeyValue[] = [];
  const kept = operation.prevKv ? prevKvs : undefined;
  const deleted =
    operation.rangeEnd.length === 0
      ? yield* deleteKey(toByteString(operation.key), writer, kept)
      : yield* deletePages(first, writer, kept);
  if (writer.answer.isExceeded) prevKvs.length = 0;
  return { kind: "delete-range", revision: writer.revision, deleted, prevKvs };
}

function* deleteKey(
  key: ByteString,
  writer: RevisionWriter,
  kept: KeyValue[] | undefined,
): Steps<number> {
  const record = writer.records.get(key);
  if (record === undefined) return 0;
  if (kept !== undefined) yield* keep([{ ...record, key }], writer, kept);
  writer.remove(key, fromByteString(key), record.lease);
  return 1;
}

function* deletePages(
  first: Page,
  writer: RevisionWriter,
  kept: KeyValue[] | undefined,
): Steps<number> {
  let page = first;
  let deleted = 0;
  while (true) {
    const { rows, rest } = page;
    const keys = rows.map((row) => keyOfCurrent(writer.layout, row.key));
    if (kept !== undefined) {
      const found = rows.map((row, at) => ({
        ...decodeCurrent(row.value),
        key: keys[at] as ByteString,
      }));
      yield* keep(found, writer, kept);
    }
    for (const [at, { value }] of rows.entries()) {
      const key = keys[at] as ByteString;
      writer.remove(key, fromByteString(key), leaseOfCurrent(value));
      if (writer.work.spend(UNITS_PER_KEY)) yield* pause();
    }
    deleted += rows.length;
    if (rest === undefined) return deleted;
    page = yield* readPage(rest, kept === undefined && mayBeKeysOnly(writer));
  }
}

function* keep(
  found: readonly (CurrentRecord & { readonly key: ByteString })[],
  writer: RevisionWriter,
  kept: KeyValue[],
): Steps<void> {
  // The deletion goes on without them: it must not depend on how much of it can be told.
  if (writer.answer.isExceeded) return;
  writer.answer.spendPairs(found, true);
  for (const one of yield* withValues(writer, found, valuesInto(writer.answer))) {
    kept.push(toPair(one, one.value ?? emptyBytes()));
  }
}

import {
  type ByteString,
  fromByteString,
  needScan,
  pause,
  type Row,
  type Steps,
} from "@holdfast/base";
import type { DeleteRangeOperation } from "../command.ts";
import type { KeyValue } from "../key-value.ts";
import { toPair, withValues } from "../read/range-steps.ts";
import type { DeleteRangeResult } from "../result.ts";
import { type CurrentRecord, decodeCurrent } from "../rows/current-row.ts";
import { isEmptyRange, keyRange } from "../rows/key-range.ts";
import { currentBounds, type KeyRange, keyOfCurrent } from "../rows/row-layout.ts";
import type { RevisionWriter } from "./revision-writer.ts";

/** Keys deleted between two pauses. */
const PAGE_ROWS = 500;

/** Deletes a range, in as many slices as it takes, all of it in the revision of its operation. */
export function* applyDeleteRange(
  operation: DeleteRangeOperation,
  writer: RevisionWriter,
): Steps<DeleteRangeResult> {
  const range = keyRange(operation);
  const prevKvs: KeyValue[] = [];
  const kept = operation.prevKv ? prevKvs : undefined;
  let deleted = 0;
  if (operation.rangeEnd.length === 0) {
    deleted = yield* deleteKey(range.from, writer, kept);
  } else if (!isEmptyRange(range)) {
    deleted = yield* deleteKeys(range, writer, kept);
  }
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
  writer.remove(key, fromByteString(key));
  return 1;
}

function* deleteKeys(
  range: KeyRange,
  writer: RevisionWriter,
  kept: KeyValue[] | undefined,
): Steps<number> {
  const keysOnly = kept === undefined;
  let { from, to } = currentBounds(writer.layout, range);
  let deleted = 0;
  while (true) {
    const rows: readonly Row[] = yield* needScan({ from, to, limit: PAGE_ROWS, keysOnly });
    const keys = rows.map((row) => keyOfCurrent(writer.layout, row.key));
    if (kept !== undefined) {
      const found = rows.map((row, at) => ({
        ...decodeCurrent(row.value),
        key: keys[at] as ByteString,
      }));
      yield* keep(found, writer, kept);
    }
    for (const key of keys) writer.remove(key, fromByteString(key));
    deleted += rows.length;
    if (rows.length < PAGE_ROWS) return deleted;
    from = `${rows.at(-1)?.key}\0`;
    yield* pause();
  }
}

function* keep(
  found: readonly (CurrentRecord & { readonly key: ByteString })[],
  writer: RevisionWriter,
  kept: KeyValue[],
): Steps<void> {
  // The deletion goes on without them: it must not depend on how much of it can be told.
  if (writer.answer.isExceeded) return;
  for (const one of yield* withValues(writer, found)) {
    const value = one.value ?? new Uint8Array(0);
    writer.answer.spendPair(one.key.length, value.length);
    kept.push(toPair(one, value));
  }
}

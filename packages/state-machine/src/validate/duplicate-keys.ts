import { type ByteString, toByteString } from "@holdfast/base";
import type { DeleteRangeOperation, TxnBranchOperation, TxnOperation } from "../command.ts";

/** Keys that a branch deletes: `[from, to)`. */
interface DeletedRange {
  readonly from: ByteString;
  readonly to: ByteString;
}

/** What a list of operations may touch, whichever way its compares fall. */
interface Touched {
  readonly puts: Set<ByteString>;
  /** In order and apart, so that a look-up is a binary search however many a request brings. */
  deletes: readonly DeletedRange[];
}

/**
 * Whether a transaction could put one key twice, or put a key that the same
 * branch deletes; the two branches of one transaction may overlap each other
 * (etcd-v3.md §5.5).
 *
 * Like etcd, a deletion with the open end `\0` is taken for an empty one, and a
 * nested put is held against deletions of its own branch and of earlier siblings.
 */
export function hasDuplicateKeys(txn: TxnOperation): boolean {
  return touchedBy(txn.success) === undefined || touchedBy(txn.failure) === undefined;
}

/** What `operations` touch; `undefined` if something is touched twice. */
function touchedBy(operations: readonly TxnBranchOperation[]): Touched | undefined {
  const touched: Touched = { puts: new Set(), deletes: apart(operations.flatMap(deletedRange)) };
  for (const operation of operations) {
    if (operation.kind === "txn" && !addNested(touched, operation)) return undefined;
  }
  for (const operation of operations) {
    if (operation.kind !== "put") continue;
    const key = toByteString(operation.key);
    if (isTouched(touched, key)) return undefined;
    touched.puts.add(key);
  }
  return touched;
}

/** Adds what a nested transaction touches; false if that was touched before. */
function addNested(touched: Touched, txn: TxnOperation): boolean {
  const success = touchedBy(txn.success);
  const failure = touchedBy(txn.failure);
  if (success === undefined || failure === undefined) return false;
  for (const branch of [success, failure]) {
    for (const key of branch.puts) {
      if (isTouched(touched, key)) return false;
    }
  }
  for (const key of success.puts) touched.puts.add(key);
  for (const key of failure.puts) touched.puts.add(key);
  const deletes = [...success.deletes, ...failure.deletes];
  if (deletes.length > 0) touched.deletes = apart([...touched.deletes, ...deletes]);
  return true;
}

function deletedRange(operation: TxnBranchOperation): readonly DeletedRange[] {
  return operation.kind === "delete-range" ? rangeOf(operation) : [];
}

function rangeOf({ key, rangeEnd }: DeleteRangeOperation): readonly DeletedRange[] {
  const from = toByteString(key);
  const to = rangeEnd.length === 0 ? `${from}\0` : toByteString(rangeEnd);
  return from < to ? [{ from, to }] : [];
}

/** The same keys in ranges that are in order and do not touch. */
function apart(ranges: readonly DeletedRange[]): readonly DeletedRange[] {
  if (ranges.length < 2) return ranges;
  const merged: DeletedRange[] = [];
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = merged.at(-1);
    if (last === undefined || last.to < range.from) merged.push(range);
    else if (last.to < range.to) merged[merged.length - 1] = { from: last.from, to: range.to };
  }
  return merged;
}

function isTouched(touched: Touched, key: ByteString): boolean {
  if (touched.puts.has(key)) return true;
  const { deletes } = touched;
  let low = 0;
  let high = deletes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((deletes[middle] as DeletedRange).to <= key) low = middle + 1;
    else high = middle;
  }
  const found = deletes[low];
  return found !== undefined && found.from <= key;
}

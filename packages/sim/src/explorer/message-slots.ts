import type { MessageId } from "./message-book.ts";

/** An empty place among the messages of a row; it sorts before all. */
export const NO_MESSAGE = -1;

/** Puts a message among those of a row, which are in order; `empty` is the last empty place. */
export function insert(row: Int32Array, first: number, empty: number, id: MessageId): number {
  let slot = Math.max(first, empty);
  for (; slot + 1 < row.length - 1 && (row[slot + 1] ?? 0) < id; slot++) {
    row[slot] = row[slot + 1] ?? NO_MESSAGE;
  }
  row[slot] = id;
  return slot;
}

/** The places before it move up. */
export function removeAt(row: Int32Array, first: number, slot: number): void {
  for (let at = slot; at > first; at--) row[at] = row[at - 1] ?? NO_MESSAGE;
  row[first] = NO_MESSAGE;
}

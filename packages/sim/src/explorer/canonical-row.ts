import type { Bounds } from "./bounds.ts";
import type { HistoryBook } from "./history.ts";
import type { MemberBook } from "./member-book.ts";
import type { Renaming } from "./renaming.ts";

/**
 * A row as it looks when the members have the names that make it the least of all: rows that
 * differ in names only look the same. Without renamings a row is its own form.
 */
export class CanonicalRow {
  /** The form of the row that was last taken. */
  row: Int32Array;
  /** How many rows there are that have this form. */
  namings = 1;
  readonly #bounds: Bounds;
  readonly #renamings: readonly Renaming[];
  readonly #members: MemberBook;
  readonly #histories: HistoryBook;
  #other: Int32Array;

  constructor(
    bounds: Bounds,
    renamings: readonly Renaming[],
    books: { readonly members: MemberBook; readonly histories: HistoryBook },
  ) {
    this.#bounds = bounds;
    this.#renamings = renamings;
    this.#members = books.members;
    this.#histories = books.histories;
    const width = bounds.members + bounds.messages + 1;
    this.row = new Int32Array(width);
    this.#other = new Int32Array(width);
  }

  take(row: Int32Array): void {
    const { length } = this.#renamings;
    if (length === 0) {
      this.row.set(row);
      return;
    }
    this.#rename(row, 0, this.row);
    let alike = 1;
    for (let at = 1; at < length; at++) {
      this.#rename(row, at, this.#other);
      const order = compareRows(this.#other, this.row);
      if (order === 0) alike++;
      if (order >= 0) continue;
      alike = 1;
      const less = this.#other;
      this.#other = this.row;
      this.row = less;
    }
    this.namings = length / alike;
  }

  #rename(row: Int32Array, at: number, into: Int32Array): void {
    const { members, messages } = this.#bounds;
    const renaming = this.#renamings[at];
    for (let place = 0; place < members; place++) {
      const other = (renaming?.[place + 1] ?? place + 1) - 1;
      into[other] = this.#members.shapes.of(row[place] ?? 0, at);
    }
    const end = members + messages;
    for (let slot = members; slot < end; slot++) {
      const shape = this.#members.messages.shapes.of(row[slot] ?? -1, at);
      let to = slot;
      for (; to > members && (into[to - 1] ?? 0) > shape; to--) into[to] = into[to - 1] ?? 0;
      into[to] = shape;
    }
    into[end] = this.#histories.shapes.of(row[end] ?? 0, at);
  }
}

function compareRows(a: Int32Array, b: Int32Array): number {
  for (let at = 0; at < a.length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

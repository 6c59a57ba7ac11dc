import type { LogIndex } from "@holdfast/base";

interface Mark {
  readonly index: LogIndex;
  /** Bytes appended up to and with `index`. */
  readonly total: number;
}

/** How many marks the smallest limit that is asked about is worth. */
const MARKS_A_LIMIT = 32;

/**
 * Where the log would have to begin to hold no more than so many bytes. It knows
 * what was appended since the start; older entries count as nothing.
 */
export class TrailingBytes {
  /** Between two marks; the answer is exact to so many bytes. */
  readonly #stepBytes: number;
  #marks: Mark[] = [];
  #total = 0;

  /** `bytesMaxLeast`: the smallest limit that {@link beyond} will be asked about. */
  constructor(bytesMaxLeast: number) {
    this.#stepBytes = bytesMaxLeast / MARKS_A_LIMIT;
  }

  appended(index: LogIndex, bytes: number): void {
    this.#total += bytes;
    const last = this.#marks.at(-1);
    if (last === undefined || this.#total - last.total >= this.#stepBytes) {
      this.#marks.push({ index, total: this.#total });
    }
  }

  /** Entries from `from` on are gone, and what they weighed, to within a step. */
  truncated(from: LogIndex): void {
    while ((this.#marks.at(-1)?.index ?? 0) >= from) this.#marks.pop();
    this.#total = this.#marks.at(-1)?.total ?? 0;
  }

  /** Entries up to `upTo` are gone: what they weighed is not asked for again. */
  compacted(upTo: LogIndex): void {
    const gone = this.#marks.findIndex(({ index }) => index > upTo);
    if (gone !== 0) this.#marks = gone < 0 ? [] : this.#marks.slice(gone);
  }

  /** Another state takes the place of the log. */
  reset(): void {
    this.#marks = [];
    this.#total = 0;
  }

  /** Entries up to this index lie more than `bytesMax` behind the end; 0 if none do. */
  beyond(bytesMax: number): LogIndex {
    const at = this.#marks.findLastIndex(({ total }) => this.#total - total > bytesMax);
    return this.#marks[at]?.index ?? 0;
  }
}

import { assert, type LogIndex } from "@holdfast/base";
import { type Entry, entryBytes } from "../types/entry.ts";

/** So many evicted slots stay at the front at least before they are cut off. */
const TIDY_AT = 1024;

/**
 * The end of the log in memory: every entry that is not durable yet, and as many
 * before those as a limit allows. Contiguous; may be empty.
 */
export class Tail {
  readonly #bytesMax: number;
  #entries: (Entry | undefined)[] = [];
  /** How many of `#entries` have been evicted from its front but not yet cut off the array. */
  #head = 0;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The index of the first entry held; `Infinity` where there is none. */
  get first(): LogIndex {
    return this.#entries[this.#head]?.index ?? Number.POSITIVE_INFINITY;
  }

  push(entry: Entry): void {
    const last = this.#entries.at(-1);
    assert(last === undefined || last.index + 1 === entry.index, "the tail has no hole");
    this.#entries.push(entry);
    this.#bytes += entryBytes(entry);
  }

  truncate(from: LogIndex): void {
    while ((this.#entries.at(-1)?.index ?? 0) >= from && this.#entries.length > this.#head) {
      const entry = this.#entries.pop();
      if (entry !== undefined) this.#bytes -= entryBytes(entry);
    }
    this.#tidy();
  }

  clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  /** Lets go of the oldest durable entries while there are more bytes than allowed. */
  evict(durable: LogIndex): void {
    while (this.#bytes > this.#bytesMax && this.first <= durable) {
      const entry = this.#entries[this.#head];
      if (entry === undefined) break;
      this.#bytes -= entryBytes(entry);
      // The slot goes later, but it must not keep the payload until then.
      this.#entries[this.#head] = undefined;
      this.#head++;
    }
    this.#tidy();
  }

  /** Entries from `from` to `to` as far as `bytesMax` allows, at least one; `undefined` if `from` is not in memory. */
  slice(from: LogIndex, to: LogIndex, bytesMax: number): readonly Entry[] | undefined {
    if (from > to) return [];
    if (from < this.first) return undefined;
    const start = this.#head + (from - this.first);
    const slice: Entry[] = [];
    let bytes = 0;
    for (let at = start; at < this.#entries.length; at++) {
      const entry = this.#entries[at];
      if (entry === undefined || entry.index > to) break;
      bytes += entryBytes(entry);
      if (at > start && bytes > bytesMax) break;
      slice.push(entry);
    }
    return slice;
  }

  /** Cutting the front off copies the rest, so as much must be cut as is copied. */
  #tidy(): void {
    const { length } = this.#entries;
    if (this.#head === length || (this.#head > TIDY_AT && this.#head * 2 > length)) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}

import type { LogIndex, Term } from "@holdfast/base";
import type { LogImage } from "../disk/log-image.ts";
import { contentOf } from "../invariants/entry-book.ts";

/** One log, as far as it can be compared. */
export interface LogRecord {
  /** By index from 1; 0 stands for what is before the first entry. */
  readonly terms: readonly Term[];
  readonly contents: readonly number[];
}

export type LogId = number;

/** Every log that some member has had, in memory or on its disk; equal ones have one number. */
export class LogBook {
  readonly #ids = new Map<string, LogId>();
  readonly #records: LogRecord[] = [];
  /** Pairs that were compared already. */
  readonly #matching = new Set<number>();

  idOf(image: LogImage): LogId {
    const terms = [0];
    const contents = [0];
    for (let index = 1; index <= image.lastIndex; index++) {
      const entry = image.entryAt(index);
      if (entry === undefined) break;
      terms.push(entry.term);
      contents.push(contentOf(entry));
    }
    const key = `${terms}|${contents}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#records.length);
    this.#records.push({ terms, contents });
    return this.#records.length - 1;
  }

  at(id: LogId): LogRecord {
    const record = this.#records[id];
    if (record === undefined) throw new Error(`there is no log ${id}`);
    return record;
  }

  last(id: LogId): LogIndex {
    return this.at(id).terms.length - 1;
  }

  /** Where two logs have the same index and term, they have the same entry and the same beginning (I3). */
  match(a: LogId, b: LogId): boolean {
    if (a === b) return true;
    const pair = Math.min(a, b) * 2 ** 26 + Math.max(a, b);
    if (this.#matching.has(pair)) return true;
    const [one, other] = [this.at(a), this.at(b)];
    let index = Math.min(one.terms.length, other.terms.length) - 1;
    while (index > 0 && one.terms[index] !== other.terms[index]) index--;
    for (; index > 0; index--) {
      const same =
        one.terms[index] === other.terms[index] && one.contents[index] === other.contents[index];
      if (!same) return false;
    }
    this.#matching.add(pair);
    return true;
  }
}

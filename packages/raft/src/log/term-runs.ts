import { assert, type LogIndex, type Term } from "@holdfast/base";
import type { EntryId } from "../types/entry.ts";

interface Run {
  readonly first: LogIndex;
  readonly term: Term;
}

/**
 * The term of every index of the log in memory: one record for each run of
 * entries of one term. Behind `compacted` terms are unknown.
 */
export class TermRuns {
  #compacted: EntryId;
  #last: EntryId;
  #runs: Run[] = [];

  constructor(compacted: EntryId, runs: readonly (readonly [LogIndex, Term])[], last: LogIndex) {
    this.#compacted = compacted;
    this.#runs = runs.map(([first, term]) => ({ first, term }));
    this.#last = { index: last, term: runs.at(-1)?.[1] ?? compacted.term };
    assert((this.#runs[0]?.first ?? last + 1) === compacted.index + 1, "the log has no hole");
  }

  get compacted(): EntryId {
    return this.#compacted;
  }

  get last(): EntryId {
    return this.#last;
  }

  /** `undefined`: compacted away, or beyond the end. */
  termAt(index: LogIndex): Term | undefined {
    if (index === this.#compacted.index) return this.#compacted.term;
    if (index < this.#compacted.index || index > this.#last.index) return undefined;
    return this.#runAt(index)?.term;
  }

  append(term: Term): LogIndex {
    const before = this.#last;
    assert(term >= before.term, "terms never fall along the log");
    const index = before.index + 1;
    this.#last = { index, term };
    if (this.#runs.length === 0 || term !== before.term) this.#runs.push({ first: index, term });
    return index;
  }

  /** Forgets `from` and everything behind it. */
  truncate(from: LogIndex): void {
    assert(from > this.#compacted.index, "nothing compacted is ever truncated");
    while ((this.#runs.at(-1)?.first ?? 0) >= from) this.#runs.pop();
    const index = Math.min(this.#last.index, from - 1);
    this.#last = { index, term: this.#runs.at(-1)?.term ?? this.#compacted.term };
  }

  /** Forgets everything up to `upTo`, but keeps the term of `upTo` itself. */
  compact(upTo: LogIndex): EntryId {
    const term = this.termAt(upTo);
    assert(term !== undefined, "compaction stays inside the log");
    const kept = this.#runs.filter(
      (_, at) => (this.#runs[at + 1]?.first ?? this.#last.index + 1) > upTo + 1,
    );
    this.#runs = kept.map((run) => ({ first: Math.max(run.first, upTo + 1), term: run.term }));
    this.#compacted = { index: upTo, term };
    return this.#compacted;
  }

  /** Forgets everything: the log begins anew behind `last`. */
  reset(last: EntryId): void {
    this.#compacted = last;
    this.#last = last;
    this.#runs = [];
  }

  /**
   * The greatest index at or below `index` whose term does not exceed `term`: the
   * next place where two logs may agree (checklist F19). Term 0 where that lies
   * behind what is known.
   */
  lastAtMost(index: LogIndex, term: Term): EntryId {
    let at = Math.min(index, this.#last.index);
    while (at > this.#compacted.index) {
      const run = this.#runAt(at);
      assert(run !== undefined, "every index of the log lies in a run");
      if (run.term <= term) return { index: at, term: run.term };
      at = run.first - 1;
    }
    if (at === this.#compacted.index && this.#compacted.term <= term) return this.#compacted;
    return { index: Math.min(at, this.#compacted.index), term: 0 };
  }

  #runAt(index: LogIndex): Run | undefined {
    for (let at = this.#runs.length - 1; at >= 0; at--) {
      const run = this.#runs[at];
      if (run !== undefined && run.first <= index) return run;
    }
    return undefined;
  }
}

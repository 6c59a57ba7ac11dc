import { assert, type LogIndex, type Term } from "@holdfast/base";
import type { RaftOptions } from "../raft-options.ts";
import { type Entry, type EntryId, type EntryKind, entryBytes } from "../types/entry.ts";
import { Tail } from "./tail.ts";
import { TermRuns } from "./term-runs.ts";
import { TrailingBytes } from "./trailing-bytes.ts";

/** What is known of the log at a restart. */
export interface RestoredLog {
  readonly compacted: EntryId;
  readonly termRuns: readonly (readonly [LogIndex, Term])[];
  readonly lastIndex: LogIndex;
  /** A lower bound of what is committed: the state already applied, or the hint of the hard state. */
  readonly commit: LogIndex;
}

/**
 * One member's log and its cursors.
 *
 * 1. compacted ≤ commit ≤ last; durable ≤ last; compacted ≤ durable.
 * 2. Nothing at or below commit is ever truncated (checklist G4).
 * 3. Every entry above durable is in the tail.
 */
export class RaftLog {
  readonly #runs: TermRuns;
  readonly #tail: Tail;
  readonly #trailing: TrailingBytes;
  /** Appended since the last flush, and where that began to supersede. */
  #unflushed: Entry[] = [];
  #commit: LogIndex;
  #durable: LogIndex;

  constructor(restored: RestoredLog, { cacheBytesMax, trailingBytes }: RaftOptions) {
    this.#runs = new TermRuns(restored.compacted, restored.termRuns, restored.lastIndex);
    this.#tail = new Tail(cacheBytesMax);
    this.#trailing = new TrailingBytes(trailingBytes);
    this.#commit = Math.max(restored.commit, restored.compacted.index);
    this.#durable = restored.lastIndex;
    assert(
      this.#commit <= restored.lastIndex,
      "a durable end of the log was lost: commit is above it",
    );
  }

  get commit(): LogIndex {
    return this.#commit;
  }

  get durable(): LogIndex {
    return this.#durable;
  }

  get last(): EntryId {
    return this.#runs.last;
  }

  get compacted(): EntryId {
    return this.#runs.compacted;
  }

  /** Committed and durable here: what may be applied. */
  get applicable(): LogIndex {
    return Math.min(this.#commit, this.#durable);
  }

  termAt(index: LogIndex): Term | undefined {
    return this.#runs.termAt(index);
  }

  lastAtMost(index: LogIndex, term: Term): EntryId {
    return this.#runs.lastAtMost(index, term);
  }

  /** A leader's append. */
  append(term: Term, kind: EntryKind, payload: Uint8Array): Entry {
    const entry: Entry = { index: this.#runs.append(term), term, kind, payload };
    this.#hold(entry);
    return entry;
  }

  /** A follower's append; `entry` follows the last one. */
  accept(entry: Entry): void {
    const index = this.#runs.append(entry.term);
    assert(index === entry.index, "entries are accepted in order");
    this.#hold(entry);
  }

  /** Drops `from` and all behind it, because a leader's log differs there (Raft, section 5.3). */
  truncate(from: LogIndex): void {
    assert(from > this.#commit, "a committed entry is never truncated");
    this.#runs.truncate(from);
    this.#tail.truncate(from);
    this.#trailing.truncated(from);
    while ((this.#unflushed.at(-1)?.index ?? 0) >= from) this.#unflushed.pop();
    this.#durable = Math.min(this.#durable, from - 1);
  }

  /** Whether `to` was above the commit index. */
  advanceCommit(to: LogIndex): boolean {
    if (to <= this.#commit) return false;
    assert(to <= this.last.index, "only what is in the log is committed");
    this.#commit = to;
    return true;
  }

  advanceDurable(to: LogIndex): void {
    if (to <= this.#durable) return;
    this.#durable = Math.min(to, this.last.index);
    this.#tail.evict(this.#durable);
  }

  /** Drops the log up to `upTo` and answers its id. */
  compact(upTo: LogIndex): EntryId {
    assert(upTo <= this.applicable, "only what is applied and durable is compacted");
    this.#trailing.compacted(upTo);
    return this.#runs.compact(upTo);
  }

  /**
   * A state applied up to `last` takes the place of everything, in the write that comes
   * next (decision 9): the log begins behind it.
   */
  install(last: EntryId): void {
    assert(last.index > this.#commit, "a state never takes the log back");
    this.#runs.reset(last);
    this.#tail.clear();
    this.#trailing.reset();
    this.#unflushed = [];
    this.#commit = last.index;
    this.#durable = last.index;
  }

  /** In memory, or `undefined`: then read it from disk. */
  slice(from: LogIndex, to: LogIndex, bytesMax: number): readonly Entry[] | undefined {
    return this.#tail.slice(from, Math.min(to, this.last.index), bytesMax);
  }

  takeUnflushed(): readonly Entry[] {
    const taken = this.#unflushed;
    this.#unflushed = [];
    return taken;
  }

  get hasUnflushed(): boolean {
    return this.#unflushed.length > 0;
  }

  get memoryBytes(): number {
    return this.#tail.bytes;
  }

  /** Entries up to here lie more than `bytesMax` behind the end; 0 if none do. */
  beyondTrailing(bytesMax: number): LogIndex {
    return this.#trailing.beyond(bytesMax);
  }

  /** The tail against the terms, entry by entry. */
  checkDeeply(): void {
    const { first } = this.#tail;
    assert(
      first <= this.#durable + 1 || this.#durable === this.last.index,
      "every entry above durable is in the tail",
    );
    if (first > this.last.index) return;
    const entries = this.#tail.slice(first, this.last.index, Number.POSITIVE_INFINITY) ?? [];
    let bytes = 0;
    for (const [at, entry] of entries.entries()) {
      assert(entry.index === first + at, "the tail has no hole");
      const known = this.termAt(entry.index) ?? entry.term;
      assert(known === entry.term, "the tail and the terms agree");
      bytes += entryBytes(entry);
    }
    assert(first + entries.length === this.last.index + 1, "the tail ends with the log");
    assert(bytes === this.#tail.bytes, "the tail's bytes are the sum of its entries");
  }

  #hold(entry: Entry): void {
    this.#trailing.appended(entry.index, entryBytes(entry));
    this.#tail.push(entry);
    this.#unflushed.push(entry);
  }
}

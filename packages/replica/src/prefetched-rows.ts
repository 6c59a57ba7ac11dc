import type { ByteString, LogIndex, Row, RowScan, RowWriter } from "@holdfast/base";
import type { RowReads, StateStore } from "@holdfast/storage";
import type { RowSource } from "./run-steps.ts";

/** The rows that some entries touch, fetched before they are applied. */
export interface Prefetch {
  /** Resolves when the rows are in memory. */
  readonly ready: Promise<void>;
  /** The entries are applied, or will not be now: their rows are forgotten. */
  end(): void;
}

/**
 * The state machine's rows. While the engine is slow, those that the next entries touch
 * are fetched ahead, off the event loop (decision 4). It stands between the machine and the store and
 * forgets what is written, so that a row fetched ahead is never older than what
 * would be read: a write is looked for in the overlay, where it is.
 */
export class PrefetchedRows implements RowWriter, RowSource {
  readonly #store: StateStore;
  readonly #reads: RowReads;
  readonly #ahead = new Set<FetchedRows>();
  #resume: () => void = () => undefined;
  #mayWait = true;

  constructor(store: StateStore) {
    this.#store = store;
    this.#reads = store.applyReads();
    store.onSpace(() => this.#resume());
  }

  put(key: ByteString, value: Uint8Array): void {
    this.#forget(key);
    this.#store.put(key, value);
  }

  delete(key: ByteString): void {
    this.#forget(key);
    this.#store.delete(key);
  }

  publish(): void {
    this.#store.publish();
  }

  /** All of an entry is written, or a part of it that may stand without the rest. */
  commit(appliedIndex: LogIndex): Promise<void> | undefined {
    this.#store.commitPoint(appliedIndex);
    return this.#store.full ? this.untilSpace() : undefined;
  }

  /** The state's memory is full: applying pauses until some of it is on disk (decision 10). */
  async untilSpace(): Promise<void> {
    if (!this.#mayWait) return;
    await new Promise<void>((resume) => {
      this.#resume = resume;
    });
  }

  /** Whoever waits for space goes on without, now and later: there may never be any. */
  stopWaiting(): void {
    this.#mayWait = false;
    this.#resume();
  }

  get readsAreSlow(): boolean {
    return this.#store.readsAreSlow;
  }

  get(key: ByteString): Uint8Array | undefined {
    const fetched = this.#fetchedWith(key);
    return fetched === undefined ? this.#reads.peek(key) : fetched.rows.get(key);
  }

  isNear(key: ByteString): boolean {
    return this.#fetchedWith(key) !== undefined || this.#reads.isInMemory(key);
  }

  async rows(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]> {
    const near = keys.map((key) => this.#fetchedWith(key));
    // Nothing is written while the machine waits for rows, so what was fetched stays true.
    const far = await this.#reads.rows(keys.filter((_, at) => near[at] === undefined));
    let next = 0;
    return keys.map((key, at) => {
      const fetched = near[at];
      return fetched === undefined ? far[next++] : fetched.rows.get(key);
    });
  }

  scan(scan: RowScan): Promise<readonly Row[]> {
    return this.#reads.scan(scan);
  }

  /**
   * Fetches what of `keys` is not in memory; nothing while the engine is quick, when the
   * way to another thread and back costs more than reading a row where it is needed.
   */
  prefetch(keys: readonly ByteString[]): Prefetch | undefined {
    if (!this.readsAreSlow) return undefined;
    const fetched = new FetchedRows();
    for (const key of keys) {
      if (this.#reads.isInMemory(key)) continue;
      const before = this.#fetchedWith(key);
      if (before === undefined) fetched.pending.add(key);
      else fetched.rows.set(key, before.rows.get(key));
    }
    this.#ahead.add(fetched);
    return { ready: fetched.fetch(this.#reads), end: () => this.#ahead.delete(fetched) };
  }

  #fetchedWith(key: ByteString): FetchedRows | undefined {
    for (const fetched of this.#ahead) if (fetched.rows.has(key)) return fetched;
    return undefined;
  }

  #forget(key: ByteString): void {
    for (const fetched of this.#ahead) {
      fetched.rows.delete(key);
      fetched.pending.delete(key);
    }
  }
}

/** One fetch: what came of it, and what is still true when it comes. */
class FetchedRows {
  readonly rows = new Map<ByteString, Uint8Array | undefined>();
  /** Asked for, and not written since. */
  readonly pending = new Set<ByteString>();

  async fetch(reads: RowReads): Promise<void> {
    const keys = [...this.pending];
    const values = await reads.rows(keys);
    for (const [at, key] of keys.entries()) {
      if (this.pending.delete(key)) this.rows.set(key, values[at]);
    }
  }
}

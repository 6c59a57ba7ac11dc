import {
  assert,
  type ByteString,
  type Cancel,
  type Clock,
  type LogIndex,
  type RowWriter,
} from "@holdfast/base";
import type { Engine } from "../engine.ts";
import type { OpenSequences } from "../open-sequences.ts";
import { StateFailedError } from "../storage-errors.ts";
import { findInMemory, Generation, type Layers, readRows } from "./generation.ts";
import { layeredScan } from "./layered-scan.ts";
import { OpenViews } from "./open-views.ts";
import { ReadGauge } from "./read-gauge.ts";
import { STATE_LIMITS, type StateLimits } from "./state-limits.ts";
import type { RowReads, StateStats, StateStoreOptions } from "./state-store-api.ts";
import type { View } from "./view.ts";

/**
 * The replica's rows: what is applied is seen at once, in memory, and reaches the
 * engine a little later in one durable batch (decisions 10, 11). One writer.
 *
 * Invariants: (1) a row is in the engine only if all up to a commit point behind it
 * is; (2) at most one generation is being written; (3) the
 * engine has every generation that is no longer listed; (4) a View reads its
 * moment from the generations it captured and a snapshot that lacks none of the
 * others.
 */
export class StateStore implements RowWriter {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #limits: StateLimits;
  readonly #views: OpenViews;
  readonly #gauge: ReadGauge;
  readonly #durableListeners: ((index: LogIndex) => void)[] = [];
  readonly #spaceListeners: (() => void)[] = [];
  readonly #failureListeners: ((failure: unknown) => void)[] = [];
  /** What the next write carries; published is everything below it. */
  readonly #write: { sequence: number; readonly readers: OpenSequences };
  #active = new Generation();
  #generations: readonly Generation[] = [this.#active];
  #uncommitted = false;
  #flushing: Promise<void> | undefined;
  #flushDue = false;
  #flushTimer: Cancel | undefined;
  #full = false;
  #failure: unknown;
  #closed = false;
  #durableIndex: LogIndex = 0;
  #flushes = 0;
  #lastFlushMs = 0;
  #lastFlushRows = 0;

  private constructor(options: StateStoreOptions) {
    this.#engine = options.engine;
    this.#clock = options.clock;
    this.#gauge = new ReadGauge(options.clock);
    this.#limits = Object.freeze({ ...STATE_LIMITS, ...options.limits });
    this.#views = new OpenViews({
      ...options,
      limits: this.#limits,
      released: () => {
        if (this.#full && !this.#closed) this.#checkFull();
      },
    });
    this.#write = { sequence: 1, readers: this.#views.readers };
  }

  static open(options: StateStoreOptions): StateStore {
    return new StateStore(options);
  }

  /** The applied index of the last batch that completed since opening; 0 before the first. */
  get durableIndex(): LogIndex {
    return this.#durableIndex;
  }

  /** Whether the writer should pause until {@link onSpace}. */
  get full(): boolean {
    return this.#full;
  }

  /**
   * Whether point reads should be made off the event loop, by {@link RowReads.rows} or
   * a View: the engine's p99 is above a millisecond (decision 12), or it is away.
   */
  get readsAreSlow(): boolean {
    return this.#engine.isAway === true || this.#gauge.readsAreSlow;
  }

  stats(): StateStats {
    return {
      overlayBytes: this.#overlayBytes(),
      keptForViewsBytes: this.#views.keptBytes(),
      views: this.#views.size,
      flushes: this.#flushes,
      lastFlushMs: this.#lastFlushMs,
      lastFlushRows: this.#lastFlushRows,
      durableIndex: this.#durableIndex,
      failed: this.#failure !== undefined,
    };
  }

  /** Called with the new {@link durableIndex} after each batch. */
  onDurable(listener: (index: LogIndex) => void): void {
    this.#durableListeners.push(listener);
  }

  /** Called each time the store is no longer {@link full}. */
  onSpace(listener: () => void): void {
    this.#spaceListeners.push(listener);
  }

  /** Called once, if a batch could not be written; nothing is taken any more. */
  onFailure(listener: (failure: unknown) => void): void {
    this.#failureListeners.push(listener);
  }

  /** The value must not change afterwards. */
  put(key: ByteString, value: Uint8Array): void {
    this.#uncommitted = true;
    this.#active.rows.set(key, value, this.#write);
  }

  delete(key: ByteString): void {
    this.#uncommitted = true;
    this.#active.rows.set(key, undefined, this.#write);
  }

  publish(): void {
    this.#write.sequence++;
  }

  /**
   * What was written so far may stand without what follows, as of the applied index among the
   * rows: a log entry is at its end, or at a place from which applying it again goes on.
   * Publishes what is left; only here may a generation end.
   *
   * @throws {StateFailedError} if a batch could not be written.
   */
  commitPoint(appliedIndex: LogIndex): void {
    if (this.#failure !== undefined) throw new StateFailedError({ cause: this.#failure });
    assert(!this.#closed, "the state store is open");
    this.#write.sequence++;
    this.#uncommitted = false;
    this.#active.appliedIndex = appliedIndex;
    if (this.#flushDue || this.#active.rows.bytes >= this.#limits.flushBytes) this.#startFlush();
    else this.#armFlush();
    this.#checkFull();
  }

  /** Published state of now, read in this turn. */
  get(key: ByteString): Uint8Array | undefined {
    const version = findInMemory(this.#generations, key, this.#write.sequence - 1);
    return version === undefined ? this.#getSync(key) : version.value;
  }

  /** What the applier sees: see {@link RowReads}. */
  applyReads(): RowReads {
    return {
      isInMemory: (key) => findInMemory(this.#generations, key, this.#write.sequence) !== undefined,
      peek: (key) => {
        const version = findInMemory(this.#generations, key, this.#write.sequence);
        return version === undefined ? this.#getSync(key) : version.value;
      },
      rows: (keys) => this.#read((layers) => readRows(layers, keys)),
      scan: (scan) => this.#read((layers) => layeredScan(layers, scan, () => undefined)),
    };
  }

  /**
   * Takes the published state of now, in this very turn.
   *
   * @throws {TooManyViewsError} if `viewsMax` are open.
   */
  view(): View {
    assert(!this.#closed, "the state store is open");
    return this.#views.open(this.#generations, this.#write.sequence - 1);
  }

  /**
   * Resolves when everything up to the last commit point is durable. Rows of an
   * entry that is not complete stay behind, with those that share their generation.
   *
   * @throws {StateFailedError} if a batch could not be written.
   */
  async flush(): Promise<void> {
    for (;;) {
      await this.#flushing;
      if (this.#failure !== undefined) throw new StateFailedError({ cause: this.#failure });
      this.#startFlush();
      if (this.#flushing === undefined) return;
    }
  }

  /** Ends Views and timers and waits for a batch under way; flushes nothing. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#flushTimer?.();
    this.#views.closeAll();
    await this.#flushing;
  }

  #read<Result>(read: (layers: Layers) => Promise<Result>): Promise<Result> {
    const { sequence } = this.#write;
    return this.#views.read({ generations: this.#generations, sequence }, read);
  }

  #getSync(key: ByteString): Uint8Array | undefined {
    return this.#gauge.measure(() => this.#engine.getSync(key));
  }

  #armFlush(): void {
    if (this.#flushTimer !== undefined || this.#flushing !== undefined) return;
    if (this.#active.rows.size === 0 || this.#closed) return;
    this.#flushTimer = this.#clock.timer(this.#limits.flushDelayMs, () => {
      this.#flushTimer = undefined;
      this.#flushDue = true;
      this.#startFlush();
    });
  }

  /** Cuts the active generation and writes it, unless an entry is half applied or a flush is under way. */
  #startFlush(): void {
    if (this.#flushing !== undefined || this.#uncommitted || this.#closed) return;
    if (this.#failure !== undefined || this.#active.rows.size === 0) return;
    const cut = this.#active;
    this.#active = new Generation();
    this.#generations = [this.#active, cut];
    this.#flushDue = false;
    this.#flushTimer?.();
    this.#flushTimer = undefined;
    this.#flushing = this.#writeGeneration(cut);
  }

  async #writeGeneration(generation: Generation): Promise<void> {
    const start = this.#clock.now();
    try {
      await this.#engine.writeDurably(generation.changes);
    } catch (failure) {
      this.#flushing = undefined;
      this.#failure = failure;
      for (const listener of this.#failureListeners) listener(failure);
      return;
    }
    this.#lastFlushMs = this.#clock.now() - start;
    this.#lastFlushRows = generation.rows.size;
    this.#flushes++;
    this.#flushing = undefined;
    this.#generations = [this.#active];
    this.#views.becameDurable(generation);
    this.#durableIndex = generation.appliedIndex;
    if (this.#active.rows.bytes >= this.#limits.flushBytes) {
      this.#flushDue = true;
      this.#startFlush();
    } else this.#armFlush();
    this.#checkFull();
    for (const listener of this.#durableListeners) listener(this.#durableIndex);
  }

  /** Readers give way to the writer: Views whose memory is needed expire, the oldest first. */
  #checkFull(): void {
    const { overlayBytesMax } = this.#limits;
    this.#views.giveWay(() => this.#overlayBytes() > overlayBytesMax);
    const wasFull = this.#full;
    this.#full = this.#overlayBytes() > overlayBytesMax;
    if (!wasFull || this.#full) return;
    for (const listener of this.#spaceListeners) listener();
  }

  #overlayBytes(): number {
    let bytes = this.#views.keptBytes();
    for (const { rows } of this.#generations) bytes += rows.bytes;
    return bytes;
  }
}

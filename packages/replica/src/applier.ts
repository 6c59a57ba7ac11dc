import { assert, type Clock, type LogIndex, type Turn } from "@holdfast/base";
import type { Entry } from "@holdfast/raft";
import {
  decodeBatchHeader,
  type OperationResult,
  type StateMachine,
} from "@holdfast/state-machine";
import type { StateStore } from "@holdfast/storage";
import { type RowSource, runSteps } from "./run-steps.ts";

/** A batch of some session was applied here, and this is what it gave. */
export interface AppliedBatch {
  readonly session: Uint8Array;
  readonly firstSequence: number;
  readonly results: readonly OperationResult[];
}

export interface ApplierParts {
  readonly machine: StateMachine;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly sliceMs: number;
  /** Committed entries from `from` on, at least one. */
  read(from: LogIndex, to: LogIndex): readonly Entry[] | Promise<readonly Entry[]>;
  /** An entry with commands was applied here. */
  applied(batch: AppliedBatch): void;
  /** The applied index moved to `index`. */
  advanced(index: LogIndex): void;
  fail(failure: unknown): void;
}

/**
 * Applies committed entries, one after the other, in slices: whatever an entry
 * asks for, the event loop turns at least every few milliseconds (decision 4).
 */
export class Applier {
  readonly #parts: ApplierParts;
  readonly #rows: RowSource;
  #resume: () => void = () => undefined;
  #applied: LogIndex;
  #target: LogIndex;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(parts: ApplierParts) {
    this.#parts = parts;
    const { store } = parts;
    const reads = store.applyReads();
    this.#rows = { get: (key) => reads.peek(key), scan: (scan) => reads.scan(scan) };
    store.onSpace(() => this.#resume());
    this.#applied = parts.machine.applied.index;
    this.#target = this.#applied;
  }

  get applied(): LogIndex {
    return this.#applied;
  }

  applyTo(index: LogIndex): void {
    if (index <= this.#target || this.#stopped) return;
    this.#target = index;
    this.#running ??= this.#run();
  }

  /** Resolves when the entry under way is applied; later ones stay for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#resume();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { store, read, fail } = this.#parts;
    try {
      while (this.#applied < this.#target && !this.#stopped) {
        if (store.full) await this.#space();
        const found = read(this.#applied + 1, this.#target);
        await this.#applyAll(found instanceof Promise ? await found : found);
      }
    } catch (failure) {
      this.#stopped = true;
      fail(failure);
    } finally {
      this.#running = undefined;
    }
  }

  /** The state's memory is full: applying pauses until some of it is on disk (decision 10). */
  #space(): Promise<void> {
    return new Promise((resume) => {
      this.#resume = resume;
    });
  }

  async #applyAll(entries: readonly Entry[]): Promise<void> {
    const { clock, turn, sliceMs, store } = this.#parts;
    let sliceEnd = clock.now() + sliceMs;
    for (const entry of entries) {
      const applying = this.#apply(entry);
      if (applying !== undefined) await applying;
      if (this.#stopped || store.full) break;
      if (clock.now() >= sliceEnd) {
        this.#parts.advanced(this.#applied);
        await turn.next();
        sliceEnd = clock.now() + sliceMs;
      }
    }
    this.#parts.advanced(this.#applied);
  }

  /** A promise only if the entry needs more than single rows. */
  #apply(entry: Entry): Promise<void> | undefined {
    const { machine, turn } = this.#parts;
    assert(entry.index === this.#applied + 1, "entries are applied in order");
    const { index, term } = entry;
    const payload = entry.kind === "commands" ? entry.payload : undefined;
    const result = runSteps(machine.apply({ index, term, payload }), this.#rows, turn);
    if (result instanceof Promise) return result.then((results) => this.#finish(entry, results));
    this.#finish(entry, result);
    return undefined;
  }

  #finish(entry: Entry, results: readonly OperationResult[]): void {
    this.#parts.store.commitPoint(entry.index);
    this.#applied = entry.index;
    const header = entry.kind === "commands" ? decodeBatchHeader(entry.payload) : undefined;
    if (header !== undefined) this.#parts.applied({ ...header, results });
  }
}

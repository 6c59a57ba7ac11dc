import { assert, type Clock, type LogIndex, type Turn } from "@holdfast/base";
import type { Entry } from "@holdfast/raft";
import type { AppliedBatch, StateMachine } from "@holdfast/state-machine";
import type { StateStore } from "@holdfast/storage";
import { runSteps } from "./run-steps.ts";

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
  #applied: LogIndex;
  #target: LogIndex;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(parts: ApplierParts) {
    this.#parts = parts;
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
    await this.#running;
  }

  async #run(): Promise<void> {
    const { store, read, fail } = this.#parts;
    try {
      while (this.#applied < this.#target && !this.#stopped) {
        if (store.full) await store.whenSpace();
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
    const { machine, store, turn } = this.#parts;
    assert(entry.index === this.#applied + 1, "entries are applied in order");
    const { index, term } = entry;
    const payload = entry.kind === "commands" ? entry.payload : undefined;
    const result = runSteps(machine.apply({ index, term, payload }), store.applyReads(), turn);
    if (result instanceof Promise) return result.then((batch) => this.#finish(entry, batch));
    this.#finish(entry, result);
    return undefined;
  }

  #finish(entry: Entry, batch: AppliedBatch | undefined): void {
    this.#parts.store.commitPoint(entry.index);
    this.#applied = entry.index;
    if (batch !== undefined) this.#parts.applied(batch);
  }
}

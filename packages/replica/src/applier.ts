import { assert, type Clock, type LogIndex, type Turn } from "@holdfast/base";
import type { Entry } from "@holdfast/raft";
import {
  decodeBatchHeader,
  type OperationResult,
  type StateMachine,
} from "@holdfast/state-machine";
import type { StateStore } from "@holdfast/storage";
import { EntryGroups, type PreparedEntry } from "./entry-groups.ts";
import type { PrefetchedRows } from "./prefetched-rows.ts";
import { runSteps } from "./run-steps.ts";
import { Slices } from "./slices.ts";

/** A batch of some session was applied here, and this is what it gave. */
export interface AppliedBatch {
  readonly session: Uint8Array;
  readonly firstSequence: number;
  readonly results: readonly OperationResult[];
}

export interface ApplierParts {
  readonly machine: StateMachine;
  readonly store: StateStore;
  /** What the machine writes to. */
  readonly rows: PrefetchedRows;
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
  readonly #groups: EntryGroups;
  readonly #slices: Slices;
  #applied: LogIndex;
  #target: LogIndex;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(parts: ApplierParts) {
    this.#parts = parts;
    this.#slices = new Slices(parts);
    this.#groups = new EntryGroups(parts.machine, parts.rows, this.#slices);
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
    this.#parts.rows.stopWaiting();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { store, rows, read, fail } = this.#parts;
    try {
      while (this.#applied < this.#target && !this.#stopped) {
        if (store.full) {
          await rows.untilSpace();
          continue;
        }
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
    const { advanced } = this.#parts;
    let at = 0;
    let group = this.#groups.take(entries, at);
    while (group !== undefined && !this.#mustPause) {
      if (group.prefetch !== undefined) {
        advanced(this.#applied);
        await group.prefetch.ready;
      }
      at += group.entries.length;
      const next = this.#groups.take(entries, at);
      await this.#applyGroup(group.entries);
      group.prefetch?.end();
      group = next;
    }
    group?.prefetch?.end();
    advanced(this.#applied);
  }

  get #mustPause(): boolean {
    return this.#stopped || this.#parts.store.full;
  }

  async #applyGroup(group: readonly PreparedEntry[]): Promise<void> {
    for (const entry of group) {
      if (this.#slices.isOver) {
        this.#parts.advanced(this.#applied);
        await this.#slices.next();
      }
      const applying = this.#apply(entry);
      if (applying !== undefined) await applying;
      if (this.#mustPause) return;
    }
  }

  /** A promise only if the entry needs more than single rows. */
  #apply({ entry, prepared }: PreparedEntry): Promise<void> | undefined {
    const { machine, rows } = this.#parts;
    assert(entry.index === this.#applied + 1, "entries are applied in order");
    const { index, term } = entry;
    const payload = entry.kind === "commands" ? entry.payload : undefined;
    const result = runSteps(machine.apply({ index, term, payload, prepared }), rows, this.#slices);
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

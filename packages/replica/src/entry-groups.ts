import type { Entry } from "@holdfast/raft";
import type { PreparedBatch, StateMachine } from "@holdfast/state-machine";
import type { Prefetch, PrefetchedRows } from "./prefetched-rows.ts";
import type { Slices } from "./slices.ts";

/** Entries that are prepared together look up about so many rows at most; one entry is never split. */
const GROUP_KEYS_MAX = 1_024;

export interface PreparedEntry {
  readonly entry: Entry;
  readonly prepared: PreparedBatch | undefined;
}

/** Entries whose rows are fetched together, ahead of applying them. */
export interface EntryGroup {
  readonly entries: readonly PreparedEntry[];
  /** `undefined` where nothing is fetched ahead. */
  readonly prefetch: Prefetch | undefined;
}

/**
 * Reads committed entries a little ahead, so that while one group is applied the rows
 * that the next one touches can be fetched off the event loop (decision 4).
 */
export class EntryGroups {
  readonly #machine: StateMachine;
  readonly #rows: PrefetchedRows;
  readonly #slices: Slices;

  constructor(machine: StateMachine, rows: PrefetchedRows, slices: Slices) {
    this.#machine = machine;
    this.#rows = rows;
    this.#slices = slices;
  }

  /** The next group of `entries` from position `at` on, as many as the slice has time for; `undefined` behind the last. */
  take(entries: readonly Entry[], at: number): EntryGroup | undefined {
    if (at >= entries.length) return undefined;
    const taken: PreparedEntry[] = [];
    const keys: string[] = [];
    for (let next = at; next < entries.length; next++) {
      if (taken.length > 0 && (keys.length >= GROUP_KEYS_MAX || this.#slices.isOver)) break;
      const entry = entries[next] as Entry;
      const prepared = entry.kind === "commands" ? this.#machine.prepare(entry.payload) : undefined;
      for (const key of prepared?.rowKeys ?? []) keys.push(key);
      taken.push({ entry, prepared });
    }
    const prefetch = this.#rows.prefetch(keys);
    // Whoever applies the group hears of a failure; if nobody does, applying has ended already.
    prefetch?.ready.catch(() => undefined);
    return { entries: taken, prefetch };
  }
}

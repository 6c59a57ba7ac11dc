import type { Clock } from "@holdfast/base";
import type { ReplicaApi } from "@holdfast/replica";
import {
  type ChangeWithBefore,
  isFirstVersion,
  type KeyValue,
  previousPairsSteps,
  type RowLayout,
} from "@holdfast/state-machine";
import { isRefusedForNow, pauseBeforeRetry } from "./refused-reads.ts";
import { type WatchedEvent, weightOf } from "./watch-messages.ts";

export interface PreviousPairsParts {
  readonly replica: ReplicaApi;
  readonly clock: Clock;
  readonly layout: RowLayout;
}

const READ_MS = 10_000;
/** What is kept for those who watch the same changes a little later, bytes, as they weigh while they wait. */
const KNOWN_BYTES_MAX = 4 * 1024 * 1024;

/** What changes were before. */
type Found = Map<ChangeWithBefore, KeyValue | undefined>;

/** Finds what keys were before they changed: once for each change, however many watch it at a time. */
export class PreviousPairs {
  readonly #parts: PreviousPairsParts;
  /** The oldest first. */
  readonly #known: Found = new Map();
  #knownBytes = 0;
  /** The reads that are under way. */
  readonly #reads = new WeakMap<ChangeWithBefore, Promise<Found>>();

  constructor(parts: PreviousPairsParts) {
    this.#parts = parts;
  }

  /** The changes with what was before them; a promise only where that must be read. */
  of(
    events: readonly ChangeWithBefore[],
  ): readonly WatchedEvent[] | Promise<readonly WatchedEvent[]> {
    const found: Found = new Map();
    const unknown: ChangeWithBefore[] = [];
    for (const event of events) {
      if (isFirstVersion(event)) continue;
      if (this.#known.has(event)) found.set(event, this.#known.get(event));
      else unknown.push(event);
    }
    if (unknown.length === 0) return told(events, found);
    return this.#find(unknown, found).then(() => told(events, found));
  }

  async #find(events: readonly ChangeWithBefore[], found: Found): Promise<void> {
    const reads = new Set<Promise<Found>>();
    const unread = events.filter((event) => {
      const read = this.#reads.get(event);
      if (read !== undefined) reads.add(read);
      return read === undefined;
    });
    if (unread.length > 0) reads.add(this.#readTogether(unread));
    for (const pairs of await Promise.all(reads)) {
      for (const event of events) if (pairs.has(event)) found.set(event, pairs.get(event));
    }
  }

  /** Others who look for the same meanwhile wait for this read. */
  #readTogether(events: readonly ChangeWithBefore[]): Promise<Found> {
    const read = this.#read(events).finally(() => {
      for (const event of events) this.#reads.delete(event);
    });
    for (const event of events) this.#reads.set(event, read);
    return read;
  }

  /** A node that is busy is asked again a little later. */
  async #read(events: readonly ChangeWithBefore[]): Promise<Found> {
    const { replica, clock, layout } = this.#parts;
    while (true) {
      try {
        const pairs = await replica.read((point) => previousPairsSteps(events, point, layout), {
          linearizable: false,
          deadline: clock.now() + READ_MS,
        });
        const found = new Map(events.map((event, at) => [event, pairs[at]] as const));
        this.#keep(found);
        return found;
      } catch (failure) {
        if (!isRefusedForNow(failure)) throw failure;
        await pauseBeforeRetry(clock);
      }
    }
  }

  #keep(found: Found): void {
    for (const [event, previous] of found) {
      this.#known.set(event, previous);
      this.#knownBytes += weightOf(event, previous);
    }
    for (const [event, previous] of this.#known) {
      if (this.#knownBytes <= KNOWN_BYTES_MAX) return;
      this.#known.delete(event);
      this.#knownBytes -= weightOf(event, previous);
    }
  }
}

function told(events: readonly ChangeWithBefore[], found: Found): readonly WatchedEvent[] {
  return events.map((event) => ({ event, previous: found.get(event) }));
}

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
import type { WatchedEvent } from "./watch-messages.ts";

export interface PreviousPairsParts {
  readonly replica: ReplicaApi;
  readonly clock: Clock;
  readonly layout: RowLayout;
}

const READ_MS = 10_000;

/** Finds what keys were before they changed: once for each change, however many watch it. */
export class PreviousPairs {
  readonly #parts: PreviousPairsParts;
  readonly #known = new WeakMap<ChangeWithBefore, KeyValue | "none">();
  /** The reads that are under way. */
  readonly #reads = new WeakMap<ChangeWithBefore, Promise<void>>();

  constructor(parts: PreviousPairsParts) {
    this.#parts = parts;
  }

  /** The changes with what was before them; a promise only where that must be read. */
  of(
    events: readonly ChangeWithBefore[],
  ): readonly WatchedEvent[] | Promise<readonly WatchedEvent[]> {
    const unknown = events.filter((event) => !this.#knows(event));
    if (unknown.length === 0) return this.#told(events);
    return this.#find(unknown).then(() => this.#told(events));
  }

  #knows(event: ChangeWithBefore): boolean {
    return isFirstVersion(event) || this.#known.has(event);
  }

  async #find(events: readonly ChangeWithBefore[]): Promise<void> {
    const reads = new Set<Promise<void>>();
    const unread = events.filter((event) => {
      const read = this.#reads.get(event);
      if (read !== undefined) reads.add(read);
      return read === undefined;
    });
    if (unread.length > 0) {
      const read = this.#read(unread).finally(() => {
        for (const event of unread) this.#reads.delete(event);
      });
      for (const event of unread) this.#reads.set(event, read);
      reads.add(read);
    }
    await Promise.all(reads);
  }

  /** A node that is busy is asked again a little later. */
  async #read(events: readonly ChangeWithBefore[]): Promise<void> {
    const { replica, clock, layout } = this.#parts;
    while (true) {
      try {
        const pairs = await replica.read((point) => previousPairsSteps(events, point, layout), {
          linearizable: false,
          deadline: clock.now() + READ_MS,
        });
        for (const [at, event] of events.entries()) this.#known.set(event, pairs[at] ?? "none");
        return;
      } catch (failure) {
        if (!isRefusedForNow(failure)) throw failure;
        await pauseBeforeRetry(clock);
      }
    }
  }

  #told(events: readonly ChangeWithBefore[]): readonly WatchedEvent[] {
    return events.map((event) => {
      const known = this.#known.get(event);
      return { event, previous: known === "none" ? undefined : known };
    });
  }
}

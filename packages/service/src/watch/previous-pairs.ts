import type { Clock } from "@holdfast/base";
import type { ReplicaApi } from "@holdfast/replica";
import {
  type ChangeWithBefore,
  isFirstVersion,
  type KeyValue,
  previousPairsSteps,
  type RowLayout,
} from "@holdfast/state-machine";
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

  constructor(parts: PreviousPairsParts) {
    this.#parts = parts;
  }

  /** The changes with what was before them; a promise only where that must be read. */
  of(
    events: readonly ChangeWithBefore[],
  ): readonly WatchedEvent[] | Promise<readonly WatchedEvent[]> {
    const unknown = events.filter((event) => !this.#knows(event));
    if (unknown.length === 0) return this.#told(events);
    return this.#read(unknown).then(() => this.#told(events));
  }

  #knows(event: ChangeWithBefore): boolean {
    return isFirstVersion(event) || this.#known.has(event);
  }

  async #read(events: readonly ChangeWithBefore[]): Promise<void> {
    const { replica, clock, layout } = this.#parts;
    const pairs = await replica.read((point) => previousPairsSteps(events, point, layout), {
      linearizable: false,
      deadline: clock.now() + READ_MS,
    });
    for (const [at, event] of events.entries()) this.#known.set(event, pairs[at] ?? "none");
  }

  #told(events: readonly ChangeWithBefore[]): readonly WatchedEvent[] {
    return events.map((event) => {
      const known = this.#known.get(event);
      return { event, previous: known === "none" ? undefined : known };
    });
  }
}

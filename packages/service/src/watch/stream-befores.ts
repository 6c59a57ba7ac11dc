import type { ChangeWithBefore, KeyValue } from "@holdfast/state-machine";
import { beforeOf, type PreviousPairs } from "./previous-pairs.ts";
import type { WatchedEvent } from "./watch-messages.ts";

/** Changes that one look is about. */
const LOOK_EVENTS_MAX = 1_000;

/**
 * What was before the changes that the watches of one stream are to tell: one look at a time, each
 * for as much as a look may bring, so that large values do not add up.
 */
export class StreamBefores {
  readonly #previous: PreviousPairs;
  readonly #found = new Map<ChangeWithBefore, KeyValue | undefined>();
  #isLooking = false;

  constructor(previous: PreviousPairs) {
    this.#previous = previous;
  }

  get isLooking(): boolean {
    return this.#isLooking;
  }

  /** Of `count` changes as many, from the first on, as are known with what was before them. */
  told(events: readonly ChangeWithBefore[], count: number): readonly WatchedEvent[] {
    const told: WatchedEvent[] = [];
    for (const event of events) {
      const before = told.length < count ? this.#before(event) : undefined;
      if (before === undefined) break;
      told.push({ event, previous: before.previous });
    }
    return told;
  }

  /** Looks further for those that are not known; whether there are any. */
  look(events: Iterable<ChangeWithBefore>): Promise<void> | undefined {
    const unknown: ChangeWithBefore[] = [];
    for (const event of events) {
      if (this.#before(event) === undefined) unknown.push(event);
      if (unknown.length >= LOOK_EVENTS_MAX) break;
    }
    return unknown.length === 0 ? undefined : this.#lookFor(unknown);
  }

  /** They have been told, or nobody is left to tell them to. */
  forget(events: Iterable<ChangeWithBefore>): void {
    for (const event of events) this.#found.delete(event);
  }

  async #lookFor(events: readonly ChangeWithBefore[]): Promise<void> {
    this.#isLooking = true;
    try {
      const found = await this.#previous.find(events);
      for (const [event, previous] of found) this.#found.set(event, previous);
    } finally {
      this.#isLooking = false;
    }
  }

  #before(event: ChangeWithBefore): { readonly previous: KeyValue | undefined } | undefined {
    return beforeOf(event, this.#found, this.#previous.known);
  }
}

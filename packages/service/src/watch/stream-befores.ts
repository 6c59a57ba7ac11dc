import type { ChangeWithBefore } from "@holdfast/state-machine";
import { type Befores, beforeOf, type PreviousPairs } from "./previous-pairs.ts";
import type { WatchedEvent } from "./watch-messages.ts";
import type { Watcher } from "./watcher.ts";

/** Changes that one look is about. */
const LOOK_EVENTS_MAX = 1_000;

/**
 * What was before the changes that the watches of one stream are to tell: one look at a time, each
 * for as much as a look may bring, so that large values do not add up.
 */
export class StreamBefores {
  readonly #previous: PreviousPairs;
  /** For the first of a watch's pending changes, as far as it is known. */
  readonly #known = new Map<Watcher, WatchedEvent[]>();
  /** What the last look brought. */
  #found: Befores = new Map();
  #isLooking = false;

  constructor(previous: PreviousPairs) {
    this.#previous = previous;
  }

  get isLooking(): boolean {
    return this.#isLooking;
  }

  /** Of the first `count` changes of a watch as many, from the first on, as are known with what was before them. */
  of(watcher: Watcher, count: number): readonly WatchedEvent[] {
    const known = this.#known.get(watcher) ?? [];
    for (let at = known.length; at < count; at++) {
      const event = watcher.pending[at] as ChangeWithBefore;
      const before = beforeOf(event, this.#found, this.#previous.known);
      if (before === undefined) break;
      known.push({ event, previous: before.previous });
    }
    if (known.length > 0) this.#known.set(watcher, known);
    return known;
  }

  /** The first `count` changes of a watch have been told. */
  told(watcher: Watcher, count: number): void {
    const rest = this.#known.get(watcher)?.slice(count) ?? [];
    if (rest.length > 0) this.#known.set(watcher, rest);
    else this.#known.delete(watcher);
  }

  /** Nobody is left to tell. */
  forget(watcher: Watcher): void {
    this.#known.delete(watcher);
  }

  /** What the last look brought has been taken by who wanted it. */
  taken(): void {
    this.#found = new Map();
  }

  /** Looks for the next changes of watches that are not known; `undefined` if there are none. */
  look(watchers: Iterable<Watcher>): Promise<void> | undefined {
    const unknown: ChangeWithBefore[] = [];
    for (const watcher of watchers) {
      const room = LOOK_EVENTS_MAX - unknown.length;
      if (room === 0) break;
      const from = this.#known.get(watcher)?.length ?? 0;
      unknown.push(...watcher.pending.slice(from, from + room));
    }
    return unknown.length === 0 ? undefined : this.#lookFor(unknown);
  }

  async #lookFor(events: readonly ChangeWithBefore[]): Promise<void> {
    this.#isLooking = true;
    try {
      this.#found = await this.#previous.find(events);
    } finally {
      this.#isLooking = false;
    }
  }
}

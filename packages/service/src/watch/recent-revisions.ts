import type { Revision } from "@holdfast/base";
import type { AppliedEvent, PublishedRevisions } from "@holdfast/state-machine";
import { type WatchLimits, weightOf } from "./watch-messages.ts";

/**
 * The changes of the newest revisions, bounded, for watches that are hardly behind: those
 * need no read, and what is written meanwhile cannot keep them from catching up.
 */
export class RecentRevisions {
  readonly #limits: Pick<WatchLimits, "recentBytesMax" | "recentEventsMax">;
  #events: AppliedEvent[] = [];
  /** Those before it were dropped, but for the moving not moved yet. */
  #begin = 0;
  #bytes = 0;
  /** Everything from this revision on is here, and was not compacted. */
  #first: Revision;

  constructor(revision: Revision, limits: Pick<WatchLimits, "recentBytesMax" | "recentEventsMax">) {
    this.#limits = limits;
    this.#first = revision + 1;
  }

  add({ revision, compactRevision, events }: PublishedRevisions): void {
    this.#first = Math.max(this.#first, compactRevision);
    if (events === undefined) {
      this.#events = [];
      this.#begin = 0;
      this.#bytes = 0;
      this.#first = revision + 1;
      return;
    }
    for (const event of events) {
      this.#events.push(event);
      this.#bytes += weightOf(event);
    }
    this.#dropOld();
  }

  /** Whether all that happened from a revision on is here. */
  reach(from: Revision): boolean {
    return from >= this.#first;
  }

  /** In order, all from a revision on that it {@link reach}es. */
  *from(revision: Revision): Generator<AppliedEvent> {
    let low = this.#begin;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle] as AppliedEvent).modRevision < revision) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < this.#events.length; at++) yield this.#events[at] as AppliedEvent;
  }

  #dropOld(): void {
    const { recentBytesMax, recentEventsMax } = this.#limits;
    while (this.#bytes > recentBytesMax || this.#events.length - this.#begin > recentEventsMax) {
      const dropped = this.#events[this.#begin] as AppliedEvent;
      this.#begin += 1;
      this.#bytes -= weightOf(dropped);
      this.#first = Math.max(this.#first, dropped.modRevision + 1);
    }
    if (this.#begin < this.#events.length / 2) return;
    this.#events = this.#events.slice(this.#begin);
    this.#begin = 0;
  }
}

import type { HoldfastError, Revision } from "@holdfast/base";
import type { ChangeWithBefore, KeyRange } from "@holdfast/state-machine";
import type { WatchTerms } from "./watch-messages.ts";

/** The stream that a watch belongs to, as far as the hub and its watches know it. */
export interface WatcherStream {
  /** So much waits for the client that nothing more is taken. */
  readonly isFull: boolean;
  /** The watch has an event more to send. */
  offered(watcher: Watcher, event: ChangeWithBefore): void;
  /** The watch was told everything that there is. */
  caughtUp(): void;
  /** What its watches were offered of a page is all of it. */
  pageEnded(): void;
  /** What the watch needs next was compacted away; the hub has forgotten it. */
  compacted(watcher: Watcher, compactRevision: Revision): void;
  /** What its watches need cannot be read here. */
  failed(failure: HoldfastError): void;
}

/** A page of history on its way to watches, some of it in each turn. */
export interface PageUnderWay {
  /** The revision of which some changes were offered, and some were not. */
  amid: Revision | undefined;
}

/**
 * One watch: what it is about, and how far it has been told.
 *
 * Live: it was told everything up to the hub's revision that it wants. Behind: everything
 * before {@link next}, and the rest is being read. Ended: it is told nothing more.
 */
export class Watcher {
  readonly id: bigint;
  readonly range: KeyRange;
  readonly stream: WatcherStream;
  readonly request: WatchTerms;
  state: "new" | "live" | "behind" | "ended" = "new";
  /** The first revision that it was not told of; while it is live, no later than that. */
  next: Revision;
  /** What it is to be told, in order. */
  pending: ChangeWithBefore[] = [];
  /** What it is being offered, while it is behind. */
  page: PageUnderWay | undefined;
  /** The revision whose events it takes. */
  #takes: Revision = 0;

  constructor(parts: {
    readonly id: bigint;
    readonly range: KeyRange;
    readonly stream: WatcherStream;
    readonly request: WatchTerms;
    readonly next: Revision;
  }) {
    this.id = parts.id;
    this.range = parts.range;
    this.stream = parts.stream;
    this.request = parts.request;
    this.next = parts.next;
  }

  /** How many of {@link pending} may be told: a revision is told whole, since clients begin anew behind it. */
  get ready(): number {
    const amid = this.page?.amid;
    if (amid === undefined || this.pending.at(-1)?.modRevision !== amid) return this.pending.length;
    return firstOf(this.pending, amid);
  }

  /**
   * Takes an event of its range, if it wants it. A revision is taken whole or not at all, so
   * whether there is room is asked at its first event.
   *
   * @returns whether the watch can go on; if not, it was told nothing of this revision
   */
  offer(event: ChangeWithBefore): boolean {
    const { modRevision, kind } = event;
    if (modRevision < this.next) return true;
    if (kind === "put" ? this.request.noPut : this.request.noDelete) return true;
    if (modRevision !== this.#takes) {
      if (this.stream.isFull) return false;
      this.#takes = modRevision;
    }
    this.pending.push(event);
    this.stream.offered(this, event);
    return true;
  }
}

/** Where a revision begins in events that are ordered by it. */
export function firstOf(events: readonly ChangeWithBefore[], revision: Revision): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] as ChangeWithBefore).modRevision < revision) low = middle + 1;
    else high = middle;
  }
  return low;
}

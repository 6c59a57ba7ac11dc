import {
  type Clock,
  HoldfastError,
  type Logger,
  messageOf,
  type Revision,
  type Turn,
  toByteString,
} from "@holdfast/base";
import type { ReplicaApi } from "@holdfast/replica";
import {
  type HistoryPage,
  historyPageSteps,
  type ReadRefusal,
  type RowLayout,
} from "@holdfast/state-machine";
import { RangeIndex } from "./range-index.ts";
import { isRefusedForNow, pauseBeforeRetry } from "./refused-reads.ts";
import type { WatchLimits } from "./watch-messages.ts";
import type { PageUnderWay, Watcher } from "./watcher.ts";

export interface CatchUpParts {
  readonly replica: ReplicaApi;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  readonly layout: RowLayout;
  readonly limits: WatchLimits;
  /** Tells a watch what is known without reading; whether it is live now. */
  settle(watcher: Watcher): boolean;
  /** What the watch needs next was compacted away. */
  compacted(watcher: Watcher, compactRevision: Revision): void;
}

const READ_MS = 10_000;

/**
 * Reads, page by page, for the watches that are behind, until each is live. One page serves all
 * that are within it, and they take turns, so that a long history holds up nobody. A watch whose
 * client does not take what it was told waits, and costs nothing.
 */
export class CatchUp {
  readonly #parts: CatchUpParts;
  readonly #ranges = new RangeIndex<Watcher>();
  /** In the order in which their turn comes. */
  readonly #watchers = new Set<Watcher>();
  #running = false;
  #stopped = false;

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#watchers.size;
  }

  add(watcher: Watcher): void {
    watcher.state = "behind";
    this.#watchers.add(watcher);
    this.#ranges.add(watcher.range, watcher);
    this.kick();
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    this.#ranges.remove(watcher.range, watcher);
  }

  /** Goes on, if somebody can. */
  kick(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#parts.turn.soon(() => void this.#run());
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    try {
      let watcher = this.#whoseTurn();
      while (watcher !== undefined && !this.#stopped) {
        if (!this.#parts.settle(watcher)) await this.#readFor(watcher);
        await this.#parts.turn.next();
        watcher = this.#whoseTurn();
      }
    } finally {
      this.#running = false;
    }
  }

  #whoseTurn(): Watcher | undefined {
    for (const watcher of this.#watchers) if (!watcher.stream.isFull) return watcher;
    return undefined;
  }

  async #readFor(watcher: Watcher): Promise<void> {
    const { layout, limits } = this.#parts;
    const from = watcher.next;
    const pageLimits = { events: limits.pageEvents, bytes: limits.pageBytes };
    let page: HistoryPage | ReadRefusal;
    try {
      page = await this.#parts.replica.read(
        (point) => historyPageSteps(from, point, { layout, limits: pageLimits }),
        { linearizable: false, deadline: this.#parts.clock.now() + READ_MS },
      );
    } catch (failure) {
      await this.#failed(failure);
      return;
    }
    if (page.kind === "history") await this.#tell(from, page);
    else if (page.reason === "compacted") this.#compacted(page.compactRevision);
  }

  /** Tells a page to all whose turn in the history it is. */
  async #tell(from: Revision, { events, next }: HistoryPage): Promise<void> {
    const { sliceEvents } = this.#parts.limits;
    const page: PageUnderWay = { amid: undefined };
    const taking = new Set<Watcher>();
    for (const watcher of this.#watchers) {
      if (watcher.next < from || watcher.next >= next) continue;
      watcher.page = page;
      taking.add(watcher);
    }
    for (const [at, event] of events.entries()) {
      if (at > 0 && at % sliceEvents === 0) {
        const { modRevision } = event;
        page.amid = events[at - 1]?.modRevision === modRevision ? modRevision : undefined;
        await this.#parts.turn.next();
      }
      this.#ranges.visit(toByteString(event.key), (watcher) => {
        if (!taking.has(watcher) || watcher.offer(event)) return;
        watcher.next = event.modRevision;
        taking.delete(watcher);
      });
    }
    page.amid = undefined;
    for (const watcher of taking) {
      watcher.stream.pageEnded();
      if (watcher.state !== "behind") continue;
      watcher.next = next;
      // The next turn is somebody else's, unless nothing is left to tell.
      this.#watchers.delete(watcher);
      this.#watchers.add(watcher);
      this.#parts.settle(watcher);
    }
  }

  #compacted(compactRevision: Revision): void {
    for (const watcher of [...this.#watchers]) {
      if (watcher.next < compactRevision) this.#parts.compacted(watcher, compactRevision);
    }
  }

  /** A node that is busy is asked again a little later; one that cannot read tells those who watch it. */
  async #failed(failure: unknown): Promise<void> {
    if (isRefusedForNow(failure)) return pauseBeforeRetry(this.#parts.clock);
    this.#parts.logger.warn(
      { failure: messageOf(failure) },
      "watches that are behind cannot go on",
    );
    if (!(failure instanceof HoldfastError)) throw failure;
    const streams = new Set(Array.from(this.#watchers, ({ stream }) => stream));
    for (const stream of streams) stream.failed(failure);
  }
}

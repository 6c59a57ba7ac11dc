import { type Clock, type Logger, type Revision, type Turn, toByteString } from "@holdfast/base";
import type { ReplicaApi } from "@holdfast/replica";
import type { KeyRange, PublishedRevisions, RowLayout } from "@holdfast/state-machine";
import { CatchUp } from "./catch-up.ts";
import { RangeIndex } from "./range-index.ts";
import { RecentRevisions } from "./recent-revisions.ts";
import type { WatchLimits } from "./watch-messages.ts";
import type { Watcher } from "./watcher.ts";

export interface WatchHubParts {
  readonly replica: ReplicaApi;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  readonly layout: RowLayout;
  readonly limits: WatchLimits;
}

/**
 * Hands the revisions of this node on to those who watch their keys, in the turn in which reads
 * see them. A watch that is not told a revision then, whatever the reason, falls behind and is told
 * from the rows; nobody waits for it.
 */
export class WatchHub {
  readonly #live = new RangeIndex<Watcher>();
  readonly #liveWatchers = new Set<Watcher>();
  readonly #catchUp: CatchUp;
  readonly #recent: RecentRevisions;
  readonly #limits: WatchLimits;
  #revision: Revision;
  #keyBytes = 0;

  constructor(parts: WatchHubParts) {
    const { replica, limits } = parts;
    this.#limits = limits;
    this.#revision = replica.status().revision;
    this.#recent = new RecentRevisions(this.#revision, limits);
    this.#catchUp = new CatchUp({
      ...parts,
      settle: (watcher) => this.#settle(watcher),
      compacted: (watcher, compactRevision) => {
        this.remove(watcher);
        watcher.stream.compacted(watcher, compactRevision);
      },
    });
    replica.onRevisions((revisions) => this.#published(revisions));
  }

  /** The newest revision; live watches were told everything up to it. */
  get revision(): Revision {
    return this.#revision;
  }

  get watchers(): number {
    return this.#liveWatchers.size + this.#catchUp.count;
  }

  /** Watches that are being told from the rows. */
  get watchersBehind(): number {
    return this.#catchUp.count;
  }

  /** Why there is no room here for a watch of these keys, if there is none. */
  lackFor(range: KeyRange): string | undefined {
    const { watchesMax, keyBytesMax } = this.#limits;
    if (this.watchers >= watchesMax) return `holdfast: this node has ${watchesMax} watches already`;
    const isTooMuch = this.#keyBytes + keyBytesOf(range) > keyBytesMax;
    return isTooMuch
      ? `holdfast: this node's watches have keys of ${keyBytesMax} bytes`
      : undefined;
  }

  add(watcher: Watcher): void {
    this.#keyBytes += keyBytesOf(watcher.range);
    if (!this.#settle(watcher)) this.#catchUp.add(watcher);
  }

  remove(watcher: Watcher): void {
    this.#keyBytes -= keyBytesOf(watcher.range);
    if (watcher.state === "live") this.#endLive(watcher);
    if (watcher.state === "behind") this.#catchUp.remove(watcher);
    watcher.state = "ended";
  }

  /** A stream that was full has room again. */
  resume(): void {
    this.#catchUp.kick();
  }

  stop(): void {
    this.#catchUp.stop();
  }

  #published(revisions: PublishedRevisions): void {
    const { revision, events } = revisions;
    if (events === undefined) {
      const unread = this.#revision + 1;
      for (const watcher of [...this.#liveWatchers]) {
        // One that wants only what comes later misses nothing.
        if (watcher.next <= revision) this.#fallBehind(watcher, Math.max(watcher.next, unread));
      }
    } else if (this.#liveWatchers.size > 0) {
      for (const event of events) {
        this.#live.visit(toByteString(event.key), (watcher) => {
          if (!watcher.offer(event)) this.#fallBehind(watcher, event.modRevision);
        });
      }
    }
    this.#revision = revision;
    this.#recent.add(revisions);
  }

  #fallBehind(watcher: Watcher, next: Revision): void {
    this.#endLive(watcher);
    watcher.next = next;
    this.#catchUp.add(watcher);
  }

  /** Tells a watch the newest revisions if they are all that it lacks; whether it is live then. */
  #settle(watcher: Watcher): boolean {
    if (watcher.next <= this.#revision) {
      if (!this.#recent.reach(watcher.next) || !this.#tellRecent(watcher)) return false;
    }
    if (watcher.state === "behind") this.#catchUp.remove(watcher);
    watcher.state = "live";
    this.#live.add(watcher.range, watcher);
    this.#liveWatchers.add(watcher);
    watcher.stream.caughtUp();
    return true;
  }

  #tellRecent(watcher: Watcher): boolean {
    const { from, to } = watcher.range;
    for (const event of this.#recent.from(watcher.next)) {
      const key = toByteString(event.key);
      if (key < from || (to !== undefined && key >= to) || watcher.offer(event)) continue;
      watcher.next = event.modRevision;
      return false;
    }
    watcher.next = this.#revision + 1;
    return true;
  }

  #endLive(watcher: Watcher): void {
    this.#live.remove(watcher.range, watcher);
    this.#liveWatchers.delete(watcher);
  }
}

function keyBytesOf({ from, to = "" }: KeyRange): number {
  return from.length + to.length;
}

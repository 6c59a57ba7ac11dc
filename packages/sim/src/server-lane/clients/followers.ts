import type { Revision } from "@holdfast/base";
import { AddressBook, CLIENT_LIMITS, CompactedError, Watch } from "@holdfast/client/core";
import type { Dice } from "../../dice.ts";
import type { Marks } from "../../marks.ts";
import { LocalClock } from "../../node/local-clock.ts";
import type { Timeline } from "../../timeline.ts";
import type { FollowedWatch, WatchLaw } from "../invariants/watch-law.ts";
import { ProcessTime } from "../machine/process-time.ts";
import type { ServerWorkload } from "../plan/server-workload.ts";
import type { ServerSituation } from "../server-marks.ts";
import type { WatchWire } from "../wire/watch-wire.ts";

export interface FollowersParts {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly plan: ServerWorkload;
  readonly marks: Marks<ServerSituation>;
  readonly wire: WatchWire;
  readonly addresses: readonly string[];
  readonly law: WatchLaw;
  note(kind: string, client: number, subject?: unknown): void;
  failed(failure: unknown): void;
}

/**
 * Watches of the SDK that follow every key: from now on or from the very beginning, and again from the oldest
 * revision that is kept where what comes next was compacted away. What they are told is held against the {@link WatchLaw}.
 */
export class Followers {
  readonly #parts: FollowersParts;
  readonly #time: ProcessTime;
  readonly #following = new Map<number, FollowedWatch>();
  readonly #watches = new Map<number, Watch>();
  #isOver = false;

  constructor(parts: FollowersParts) {
    this.#parts = parts;
    this.#time = new ProcessTime(parts.timeline, new LocalClock(0, 1));
  }

  start(): void {
    const { dice, plan, failed } = this.#parts;
    for (let number = 0; number < plan.followers; number++) {
      this.#follow(number, dice.chance(0.5) ? 1 : 0).catch(failed);
    }
  }

  /** Whether each was told of a revision, and so of all before it, or begins behind it. */
  haveReached(revision: Revision): boolean {
    return [...this.#following.values()].every((one) => one.revision >= revision);
  }

  stop(): void {
    this.#isOver = true;
    for (const watch of this.#watches.values()) watch.close();
  }

  async #follow(number: number, first: Revision): Promise<void> {
    const { law, marks, note } = this.#parts;
    let from = first;
    // The first change of a store makes its revision 2. A compaction may leave a part of the revision that it names.
    let behind: Revision | undefined = first === 1 ? 1 : undefined;
    for (let life = 1; !this.#isOver; life++) {
      const followed = law.follow(`follower ${number}, life ${life}`, behind);
      this.#following.set(number, followed);
      const watch = this.#watch(from);
      if (from === 0)
        watch.following.then((revision) => followed.began(revision)).catch(() => undefined);
      this.#watches.set(number, watch);
      try {
        for await (const { kind, key, revision, entry } of watch) {
          followed.told({ kind, key, revision, value: entry?.text() });
          marks.hit("watch told");
        }
      } catch (failure) {
        if (!(failure instanceof CompactedError)) throw failure;
        note("a follower lost what was compacted", number, failure.compactRevision);
        marks.hit("watch overtaken by a compaction");
        from = failure.compactRevision;
        behind = undefined;
      }
    }
  }

  #watch(from: Revision): Watch {
    const { dice, wire, addresses } = this.#parts;
    const { random } = dice;
    const ports = { transport: wire, clock: this.#time, random };
    const book = new AddressBook(addresses, {
      most: CLIENT_LIMITS.addressesMax,
      start: dice.below(addresses.length),
    });
    return new Watch(
      ports,
      { prefix: "" },
      {
        options: { from },
        addresses: book,
        limits: CLIENT_LIMITS,
        known: () => book.all,
        closed: () => undefined,
      },
    );
  }
}

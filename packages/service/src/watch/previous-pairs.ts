import { type Clock, JobGate } from "@holdfast/base";
import type { ReplicaApi } from "@holdfast/replica";
import {
  type ChangeWithBefore,
  isFirstVersion,
  type KeyValue,
  previousPairsSteps,
  type RowLayout,
} from "@holdfast/state-machine";
import { isRefusedForNow, pauseBeforeRetry } from "./refused-reads.ts";
import { weightOf } from "./watch-messages.ts";

export interface PreviousPairsParts {
  readonly replica: ReplicaApi;
  readonly clock: Clock;
  readonly layout: RowLayout;
}

const READ_MS = 10_000;
/** Reads of all streams at a time; others wait for their turn. */
const READS_MAX = 16;
/** Values that one read brings, bytes, and one value more; what is beyond is for the next. */
const READ_BYTES_MAX = 1024 * 1024;
/** What is kept for those who watch the same changes a little later, bytes, as they weigh while they wait. */
const KNOWN_BYTES_MAX = 4 * 1024 * 1024;

/** What changes were before. */
export type Befores = ReadonlyMap<ChangeWithBefore, KeyValue | undefined>;

/** Finds what keys were before they changed: once for each change, however many watch it at a time. */
export class PreviousPairs {
  readonly #parts: PreviousPairsParts;
  /** The oldest first. */
  readonly #known = new Map<ChangeWithBefore, KeyValue | undefined>();
  #knownBytes = 0;
  /** The reads that are under way, or wait for their turn. */
  readonly #reads = new WeakMap<ChangeWithBefore, Promise<Befores>>();
  readonly #gate = new JobGate(READS_MAX);

  constructor(parts: PreviousPairsParts) {
    this.#parts = parts;
  }

  /** What is known without looking. */
  get known(): Befores {
    return this.#known;
  }

  /**
   * Looks for what was before changes. It may find only some: at least the first one, unless others were
   * looking for that already.
   */
  async find(events: readonly ChangeWithBefore[]): Promise<Befores> {
    const found = new Map<ChangeWithBefore, KeyValue | undefined>();
    const take = (known: Befores): void => {
      for (const event of events) if (known.has(event)) found.set(event, known.get(event));
    };
    take(this.#known);
    const reads = new Set<Promise<Befores>>();
    const unread = events.filter((event) => {
      const read = this.#reads.get(event);
      if (read !== undefined) reads.add(read);
      return read === undefined && !found.has(event);
    });
    if (unread.length > 0) reads.add(this.#readTogether(unread));
    for (const befores of await Promise.all(reads)) take(befores);
    return found;
  }

  /** Others who look for the same meanwhile wait for this read. */
  #readTogether(events: readonly ChangeWithBefore[]): Promise<Befores> {
    const read = this.#gate
      .run(() => this.#read(events))
      .finally(() => {
        for (const event of events) this.#reads.delete(event);
      });
    for (const event of events) this.#reads.set(event, read);
    return read;
  }

  /** A node that is busy is asked again a little later. */
  async #read(events: readonly ChangeWithBefore[]): Promise<Befores> {
    const { replica, clock, layout } = this.#parts;
    const limits = { layout, bytesMax: READ_BYTES_MAX };
    while (true) {
      try {
        const pairs = await replica.read((point) => previousPairsSteps(events, point, limits), {
          linearizable: false,
          deadline: clock.now() + READ_MS,
        });
        const found = new Map(pairs.map((pair, at) => [events[at] as ChangeWithBefore, pair]));
        this.#keep(found);
        return found;
      } catch (failure) {
        if (!isRefusedForNow(failure)) throw failure;
        await pauseBeforeRetry(clock);
      }
    }
  }

  #keep(found: Befores): void {
    for (const [event, previous] of found) {
      if (this.#known.has(event)) continue;
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

/** What is known of a change without a look: `undefined` if nothing is. */
export function beforeOf(
  event: ChangeWithBefore,
  ...known: readonly Befores[]
): { readonly previous: KeyValue | undefined } | undefined {
  if (isFirstVersion(event)) return { previous: undefined };
  const where = known.find((befores) => befores.has(event));
  return where && { previous: where.get(event) };
}

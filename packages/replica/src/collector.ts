import type { Cancel, Clock, Logger, Millis, Revision, Steps } from "@holdfast/base";
import { messageOf } from "@holdfast/base";
import { type CollectionPart, DamagedRowError, type StateMachine } from "@holdfast/state-machine";
import type { StateStore } from "@holdfast/storage";
import { OverloadedError, ReplicaStoppedError, RequestTimedOutError } from "./replica-errors.ts";

export interface CollectorParts {
  readonly machine: StateMachine;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs a computation over one consistent state, in slices. */
  read<Result>(begin: () => Steps<Result>): Promise<Result>;
  /** The state is damaged. */
  fail(failure: unknown): void;
}

/** Callers that wait for a collection at a time. */
export const COLLECTION_WAITERS_MAX = 1024;
/** Whoever names no end waits so long, ms. */
const WAIT_MS_MAX = 86_400_000;
/** Between two parts it rests as long as the part took, and at least so long, ms: it takes half of its share at most. */
const REST_MS = 1;
/** After a failed read, such as of a View that was needed for writes, ms. */
const RETRY_MS = 100;

interface Waiter {
  readonly revision: Revision;
  settle(failure?: Error): void;
}

/**
 * Frees the place of what compactions freed, in the background: parts are planned
 * beside the entries that are applied, and written between two of them. What can be
 * read never changes by it (decisions 4, 12).
 *
 * States: resting (nothing to do), working, waiting to go on, stopped. One part is
 * under way at a time.
 */
export class Collector {
  readonly #parts: CollectorParts;
  readonly #waiters = new Set<Waiter>();
  #working: Promise<void> | undefined;
  /** Goes on with what waits for the machine, or for room in the store. */
  #resume: () => void = () => undefined;
  #cancelRest: Cancel = () => undefined;
  #stopped = false;

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    parts.store.onSpace(() => this.#resume());
  }

  /** Something was applied, and nothing is being applied now. */
  advanced(): void {
    this.#resume();
    const { machine } = this.#parts;
    if (this.#stopped || this.#working !== undefined) return;
    if (machine.compactRevision > machine.collected) this.#working = this.#work();
  }

  /**
   * Resolves when nothing is left in this store of what compactions up to `revision` freed.
   *
   * @throws OverloadedError, RequestTimedOutError, ReplicaStoppedError; the compaction itself stands in any case
   */
  collected(revision: Revision, deadline: Millis): Promise<void> {
    const { machine, clock } = this.#parts;
    if (machine.collected >= revision) return Promise.resolve();
    if (this.#stopped) return Promise.reject(stopped());
    if (this.#waiters.size >= COLLECTION_WAITERS_MAX) {
      const full = `${COLLECTION_WAITERS_MAX} callers wait for a collection already`;
      return Promise.reject(new OverloadedError(full));
    }
    return new Promise((resolve, reject) => {
      const leftMs = Math.min(Math.max(0, deadline - clock.now()), WAIT_MS_MAX);
      const cancel = clock.timer(leftMs, () =>
        waiter.settle(new RequestTimedOutError("compacted, but not collected in time", "applied")),
      );
      const waiter: Waiter = {
        revision,
        settle: (failure) => {
          cancel();
          this.#waiters.delete(waiter);
          if (failure === undefined) resolve();
          else reject(failure);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** Resolves when the part under way is done; the rest goes on with the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRest();
    this.#resume();
    for (const waiter of [...this.#waiters]) waiter.settle(stopped());
    await this.#working;
  }

  async #work(): Promise<void> {
    const { clock, machine, fail } = this.#parts;
    try {
      while (!this.#stopped) {
        const since = clock.now();
        const part = await this.#plan();
        if (part === "again") {
          await this.#rest(RETRY_MS);
          continue;
        }
        if (part === undefined) {
          // A compaction that was applied since found this one at work.
          if (machine.compactRevision > machine.collected) continue;
          return;
        }
        if (!(await this.#write(part))) return;
        await this.#rest(Math.max(REST_MS, clock.now() - since));
      }
    } catch (failure) {
      this.#stopped = true;
      fail(failure);
    } finally {
      this.#working = undefined;
    }
  }

  /** `again`: it could not be read now, as others needed the memory or the event loop. */
  async #plan(): Promise<CollectionPart | undefined | "again"> {
    const { machine, logger, read } = this.#parts;
    try {
      return await read(() => machine.planCollection());
    } catch (failure) {
      if (failure instanceof DamagedRowError) throw failure;
      if (!this.#stopped) logger.debug({ failure: messageOf(failure) }, "collecting waits");
      return "again";
    }
  }

  /** Writes a part as soon as nothing is being applied and there is room. False: it was stopped first. */
  async #write(part: CollectionPart): Promise<boolean> {
    const { machine, store } = this.#parts;
    while (!this.#stopped && (!machine.isReady || store.full)) await this.#turnOfEvents();
    if (this.#stopped) return false;
    machine.writeCollection(part);
    store.commitPoint(machine.applied.index);
    for (const waiter of [...this.#waiters]) {
      if (waiter.revision <= machine.collected) waiter.settle();
    }
    return true;
  }

  #turnOfEvents(): Promise<void> {
    return new Promise((resume) => {
      this.#resume = resume;
    });
  }

  #rest(forMs: Millis): Promise<void> {
    return new Promise((resume) => {
      const cancel = this.#parts.clock.timer(forMs, resume);
      this.#cancelRest = () => {
        cancel();
        resume();
      };
    });
  }
}

function stopped(): ReplicaStoppedError {
  return new ReplicaStoppedError(
    "compacted, but this node stopped before all was collected",
    "applied",
  );
}

import {
  assert,
  type Logger,
  type LogIndex,
  type Millis,
  messageOf,
  type Revision,
  type Steps,
} from "@holdfast/base";
import { compareEntryIds, type EntryId } from "@holdfast/raft";
import type { StatePoint } from "@holdfast/state-machine";
import type { StateDirectories } from "@holdfast/storage";
import type { ReplicaOptions } from "./replica-options.ts";
import type { FrozenState } from "./snapshot/frozen-states.ts";
import {
  type AppliedState,
  type AppliedStateParts,
  openAppliedState,
  StateAtWork,
  type StateAtWorkParts,
} from "./state-at-work.ts";

export interface CurrentStateParts extends StateAtWorkParts, AppliedStateParts {
  readonly options: ReplicaOptions;
  readonly logger: Logger;
  readonly directories: StateDirectories;
  /** Another state is in use: it is applied up to where the installed snapshot was. */
  replaced(): void;
}

/**
 * The state that this member uses. The log may name another one (decision 9): that one
 * is opened beside it, and only then takes its place, so there is always one to read from.
 *
 * States: in use → held (the log is being told of another: nothing more is applied) →
 * replaced → in use again.
 */
export class CurrentState {
  readonly #parts: CurrentStateParts;
  #work: StateAtWork;
  #target: LogIndex = 0;
  /** States that the log is being told of, or names, and that are not in use yet. */
  #coming = 0;
  #replacing: Promise<void> | undefined;
  /** Replaced states that are being closed and removed. */
  #leaving: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(state: AppliedState, parts: CurrentStateParts) {
    this.#parts = parts;
    this.#work = this.#atWork(state);
  }

  get state(): AppliedState {
    return this.#work.state;
  }

  get applied(): LogIndex {
    return this.#work.applier.applied;
  }

  /** Entries up to `index` may be applied. */
  applyTo(index: LogIndex): void {
    this.#target = Math.max(this.#target, index);
    this.#work.applier.applyTo(index);
  }

  /** Something was applied, and nothing is being applied now. */
  advanced(): void {
    this.#work.collector.advanced();
  }

  /** The log is being told to begin anew behind another state: what it held before may be gone any moment. */
  hold(): void {
    this.#coming++;
    // It ends with the entry under way; whoever replaces it waits for that.
    void this.#work.applier.stop();
  }

  /** The log names `directory` from now on, whose state is applied up to `last`. */
  replace(directory: string, last: EntryId): void {
    const before = this.#replacing ?? Promise.resolve();
    this.#replacing = before
      .then(() => this.#replaceBy(directory, last))
      .catch((failure: unknown) => this.#parts.fail(failure));
  }

  /** Computes over one consistent state; if that one is replaced meanwhile, over the one that took its place. */
  read<Result>(compute: (point: StatePoint) => Steps<Result>): Promise<Result> {
    return this.#onCurrent((work) => work.read(compute));
  }

  /** See {@link Collector.collected}. */
  collected(revision: Revision, deadline: Millis): Promise<void> {
    return this.#onCurrent(({ collector }) => collector.collected(revision, deadline));
  }

  /** See {@link StateAtWork.freeze}. */
  freeze(deadline: Millis): Promise<FrozenState> {
    return this.#onCurrent((work) => work.freeze(deadline));
  }

  /** Resolves when nothing of it is open any more; with `flush`, what is applied is durable then. */
  async stop(options: { readonly flush: boolean }): Promise<void> {
    this.#stopped = true;
    // Whoever replaces it waits for the entry under way, which may wait for an engine without room.
    this.#work.state.engine.stopWaiting?.();
    await this.#replacing;
    await this.#work.stop(options);
    await this.#leaving;
  }

  async #onCurrent<Result>(ask: (work: StateAtWork) => Promise<Result>): Promise<Result> {
    for (;;) {
      const work = this.#work;
      try {
        return await ask(work);
      } catch (failure) {
        if (work === this.#work) throw failure;
      }
    }
  }

  async #replaceBy(directory: string, last: EntryId): Promise<void> {
    if (this.#stopped) return;
    const { logger, replaced } = this.#parts;
    const before = this.#work;
    await before.applier.stop();
    const state = await openAppliedState(directory, this.#parts);
    assert(
      compareEntryIds(state.machine.applied, last) === 0,
      "an installed state is applied up to the entry that the log names",
    );
    this.#work = this.#atWork(state);
    const { index } = last;
    logger.info({ index, from: before.state.machine.applied.index, directory }, "state installed");
    this.#coming--;
    // Behind the next one the log begins anew: what follows this one may be gone already.
    if (this.#coming > 0) void this.#work.applier.stop();
    // Who follows revisions is told of this state's before the next ones are applied to it.
    replaced();
    this.#work.applier.applyTo(this.#target);
    this.#leaving = this.#leaving.then(() => this.#leave(before));
  }

  /** What fails in a state that was replaced concerns nobody any more. */
  #atWork(state: AppliedState): StateAtWork {
    const fail = (failure: unknown): void => {
      if (this.#work.state === state) this.#parts.fail(failure);
    };
    return new StateAtWork(state, { ...this.#parts, fail });
  }

  async #leave(work: StateAtWork): Promise<void> {
    const { directories, logger } = this.#parts;
    const { directory } = work.state;
    try {
      await work.stop({ flush: false });
      await directories.remove(directory);
    } catch (failure) {
      const why = messageOf(failure);
      logger.warn({ directory, why }, "a replaced state was not removed; the next start does it");
    }
  }
}

import {
  type Clock,
  FIRST_GROUP,
  type Logger,
  type LogIndex,
  type Millis,
  messageOf,
  type Steps,
  type Turn,
} from "@holdfast/base";
import { type PublishedRevisions, StateMachine, type StatePoint } from "@holdfast/state-machine";
import { DiskFullError, type Engine, StateFailedError, StateStore } from "@holdfast/storage";
import { Applier, type ApplierParts } from "./applier.ts";
import { Collector } from "./collector.ts";
import { PrefetchedRows } from "./prefetched-rows.ts";
import { Reader } from "./reader.ts";
import type { ReplicaOptions } from "./replica-options.ts";
import { runSteps } from "./run-steps.ts";
import { Slices } from "./slices.ts";
import { type FrozenState, FrozenStates } from "./snapshot/frozen-states.ts";

export interface AppliedStateParts {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly options: Pick<ReplicaOptions, "sliceMs" | "state">;
  readonly logger: Logger;
  openEngine(directory: string): Promise<Engine>;
  /** Told of revisions as they are published, by the state in use. */
  readonly published: (revisions: PublishedRevisions) => void;
}

/** An applied state as its directory holds it. */
export interface AppliedState {
  readonly directory: string;
  readonly engine: Engine;
  readonly store: StateStore;
  /** What the machine writes to and reads from. */
  readonly rows: PrefetchedRows;
  readonly machine: StateMachine;
}

/** Opens a state and reads how far it has come. Leaves nothing open if it rejects. */
export async function openAppliedState(
  directory: string,
  parts: AppliedStateParts,
): Promise<AppliedState> {
  const engine = await parts.openEngine(directory);
  try {
    const { sliceMs, state: limits } = parts.options;
    const store = StateStore.open({ ...parts, engine, limits });
    const rows = new PrefetchedRows(store);
    const { published } = parts;
    const machine = new StateMachine({ group: FIRST_GROUP, writer: rows, published });
    await runSteps(machine.open(), rows, new Slices({ ...parts, sliceMs }));
    return { directory, engine, store, rows, machine };
  } catch (failure) {
    await engine.close();
    throw failure;
  }
}

export interface StateAtWorkParts
  extends Pick<ApplierParts, "read" | "applied" | "advanced" | "fail"> {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  readonly options: ReplicaOptions;
  /** The state up to `index` is durable; the write took so long, s. */
  durable(index: LogIndex, seconds: number): void;
}

/**
 * An applied state with those who write to it and read from it. A snapshot that is
 * installed brings another one; this one then ends as a whole.
 */
export class StateAtWork {
  readonly state: AppliedState;
  readonly applier: Applier;
  readonly collector: Collector;
  readonly #reader: Reader;
  readonly #frozen: FrozenStates;
  readonly #logger: Logger;

  constructor(state: AppliedState, parts: StateAtWorkParts) {
    const { clock, turn, logger, options, fail } = parts;
    const { machine, store } = state;
    this.state = state;
    this.#logger = logger;
    this.applier = new Applier({ ...state, ...parts, sliceMs: options.sliceMs });
    this.#reader = new Reader({ store, clock, turn, options });
    const read: Reader["read"] = (begin) => this.#reader.read(begin);
    this.collector = new Collector({ machine, store, clock, logger, read, fail });
    this.#frozen = new FrozenStates({
      ...state,
      clock,
      turn,
      bytesPerSecond: options.snapshotBytesPerSecond,
      applied: () => this.applier.applied,
    });
    store.onDurable((index) => parts.durable(index, store.stats().lastFlushMs / 1000));
    store.onFailure(fail);
  }

  /** Computes over what is applied in the turn in which it begins. */
  read<Result>(compute: (point: StatePoint) => Steps<Result>): Promise<Result> {
    return this.#reader.read(() => compute(this.state.machine.point));
  }

  /** Freezes what is applied in the turn in which it is called, or a little more. */
  freeze(deadline: Millis): Promise<FrozenState> {
    return this.#frozen.open(deadline);
  }

  /**
   * Ends the work in the order in which it flows; with `flush`, what is applied becomes durable, unless
   * the disk is full: then the next start applies it again.
   */
  async stop(options: { readonly flush: boolean }): Promise<void> {
    const { store, engine } = this.state;
    engine.stopWaiting?.();
    await this.applier.stop();
    await this.collector.stop();
    await this.#frozen.stop();
    try {
      if (options.flush) await this.#flush();
    } finally {
      await store.close();
      await engine.close();
    }
  }

  async #flush(): Promise<void> {
    const { store, directory } = this.state;
    try {
      await store.flush();
    } catch (failure) {
      const isFull = failure instanceof StateFailedError && failure.cause instanceof DiskFullError;
      if (!isFull) throw failure;
      const why = messageOf(failure.cause);
      this.#logger.warn({ directory, why }, "what is applied is in the log, but not in the state");
    }
  }
}

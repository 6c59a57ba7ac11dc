import {
  type Cancel,
  type Clock,
  FIRST_GROUP,
  type LogIndex,
  type Millis,
  Pace,
  type Revision,
  type Turn,
} from "@holdfast/base";
import { decodeMeta, rowLayout, type StateMeta } from "@holdfast/state-machine";
import {
  type Engine,
  type EngineSnapshot,
  SNAPSHOT_LIMITS,
  type SnapshotChunk,
  SnapshotReader,
  type StateStore,
} from "@holdfast/storage";
import { OverloadedError, ReplicaStoppedError, RequestTimedOutError } from "../replica-errors.ts";

/** Copies that are read at a time: each keeps LevelDB from freeing what was overwritten since. */
export const FROZEN_MAX = 2;
/** One that nobody reads on for this long is closed, ms. */
export const FROZEN_IDLE_MS = 60_000;
/** How long to wait for what is applied to be durable before it is looked at again, ms. */
const LOOK_EVERY_MS = 20;

/** A frozen moment of all that is applied, for whoever keeps a copy of it outside of the cluster. */
export interface FrozenState {
  readonly appliedIndex: LogIndex;
  readonly appliedTerm: number;
  readonly revision: Revision;
  /** -1 as long as nothing was compacted. */
  readonly compactRevision: Revision;
  /** What it takes on this disk, bytes, roughly. */
  readonly approximateBytes: number;
  /**
   * The next part of its rows; not called again before it has resolved, nor after the one that tells the end.
   *
   * Rejects with `ReplicaStoppedError` where the state ends under it, and with `RequestTimedOutError` where nobody read
   * on for too long.
   */
  next(): Promise<SnapshotChunk>;
  /** Idempotent. Until then it holds disk space. */
  close(): Promise<void>;
}

export interface FrozenStatesParts {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly engine: Engine;
  readonly store: StateStore;
  /** All copies together are read at this rate at most, so that clients hardly notice. */
  readonly bytesPerSecond: number;
  applied(): LogIndex;
}

/** The copies that are being made of one applied state. */
export class FrozenStates {
  readonly #parts: FrozenStatesParts;
  readonly #pace: Pace;
  readonly #open = new Set<OneFrozenState>();
  readonly #opening = new Set<Promise<FrozenState>>();
  #stopped = false;

  constructor(parts: FrozenStatesParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.clock, parts.bytesPerSecond);
  }

  /** Freezes everything that is applied when it is called, and perhaps a little more. */
  async open(deadline: Millis): Promise<FrozenState> {
    if (this.#open.size + this.#opening.size >= FROZEN_MAX) {
      throw new OverloadedError(`${FROZEN_MAX} copies of the state are being made already`);
    }
    const opening = this.#openOne(deadline);
    this.#opening.add(opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(opening);
    }
  }

  /** Resolves when nothing of the engine is read any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#opening);
    await Promise.all([...this.#open].map((frozen) => frozen.close()));
  }

  async #openOne(deadline: Millis): Promise<FrozenState> {
    const { snapshot, meta } = await this.#freeze(deadline);
    const approximateBytes = await this.#parts.engine.approximateBytes();
    const parts = { ...this.#parts, pace: this.#pace, snapshot, meta, approximateBytes };
    const frozen = new OneFrozenState(parts, () => this.#open.delete(frozen));
    this.#open.add(frozen);
    return frozen;
  }

  /** What is applied becomes durable within a moment, with how far it was applied; only that can be frozen. */
  async #freeze(
    deadline: Millis,
  ): Promise<{ readonly snapshot: EngineSnapshot; readonly meta: StateMeta }> {
    const { clock, engine, store, applied } = this.#parts;
    const wanted = Math.max(applied(), 1);
    while (!this.#stopped) {
      await store.flush();
      if (engine.isAway !== true && !this.#stopped) {
        const snapshot = engine.snapshot();
        const meta = metaIn(snapshot);
        if (meta !== undefined && meta.appliedIndex >= wanted) return { snapshot, meta };
        await snapshot.close();
      }
      if (clock.now() >= deadline) {
        throw new RequestTimedOutError("what is applied did not become durable", "not-applied");
      }
      await new Promise<void>((resume) => clock.timer(LOOK_EVERY_MS, resume));
    }
    throw ended();
  }
}

interface OneFrozenParts extends FrozenStatesParts {
  readonly pace: Pace;
  readonly snapshot: EngineSnapshot;
  readonly meta: StateMeta;
  readonly approximateBytes: number;
}

class OneFrozenState implements FrozenState {
  readonly appliedIndex: LogIndex;
  readonly appliedTerm: number;
  readonly revision: Revision;
  readonly compactRevision: Revision;
  readonly approximateBytes: number;
  readonly #parts: OneFrozenParts;
  readonly #reader: SnapshotReader;
  readonly #closed: () => void;
  #reading: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #isIdle = false;
  #cancelIdle: Cancel = () => undefined;

  constructor(parts: OneFrozenParts, closed: () => void) {
    const { appliedIndex, appliedTerm, revision, compactRevision } = parts.meta;
    this.appliedIndex = appliedIndex;
    this.appliedTerm = appliedTerm;
    this.revision = revision;
    this.compactRevision = compactRevision;
    this.approximateBytes = parts.approximateBytes;
    this.#parts = parts;
    this.#closed = closed;
    this.#reader = new SnapshotReader(parts);
    this.#watchIdle();
  }

  async next(): Promise<SnapshotChunk> {
    this.#cancelIdle();
    await this.#parts.pace.pass(SNAPSHOT_LIMITS.chunkBytes);
    if (this.#closing !== undefined) throw this.#isIdle ? idle() : ended();
    const reading = this.#reader.next();
    this.#reading = reading.catch(() => undefined);
    const chunk = await reading;
    this.#watchIdle();
    return chunk;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#cancelIdle();
    await this.#reading;
    await this.#reader.close();
    await this.#parts.snapshot.close();
    this.#closed();
  }

  #watchIdle(): void {
    if (this.#closing !== undefined) return;
    this.#cancelIdle = this.#parts.clock.timer(FROZEN_IDLE_MS, () => {
      this.#isIdle = true;
      void this.close();
    });
  }
}

function metaIn(snapshot: EngineSnapshot): StateMeta | undefined {
  const row = snapshot.getSync(rowLayout(FIRST_GROUP).metaKey);
  return row === undefined ? undefined : decodeMeta(row);
}

function ended(): ReplicaStoppedError {
  return new ReplicaStoppedError("the state that was being copied is used no more", "not-applied");
}

function idle(): RequestTimedOutError {
  return new RequestTimedOutError(
    `nobody read on for ${FROZEN_IDLE_MS} ms: the copy was given up`,
    "not-applied",
  );
}

import type { Millis, Pace, Turn } from "@holdfast/base";
import type { EntryId, Epoch } from "@holdfast/raft";
import {
  type EngineSnapshot,
  SNAPSHOT_LIMITS,
  type SnapshotChunk,
  SnapshotReader,
} from "@holdfast/storage";

export interface ServedSnapshotParts {
  readonly epoch: Epoch;
  readonly last: EntryId;
  readonly snapshot: EngineSnapshot;
  readonly turn: Turn;
  readonly pace: Pace;
}

/** The chunks made last are kept, for a peer that did not get the answer. */
const KEPT_CHUNKS = 4;

/**
 * A frozen state that one peer fetches, chunk by chunk, in order.
 *
 * Chunks are made one at a time and only when they are asked for. The last few are
 * kept, so that a connection may break anywhere; the peer may also begin anew.
 */
export class ServedSnapshot {
  readonly epoch: Epoch;
  readonly last: EntryId;
  /** When it was asked for a chunk last. */
  usedAt: Millis;
  readonly #parts: ServedSnapshotParts;
  #reader: SnapshotReader;
  #kept: SnapshotChunk[] = [];
  #making: Promise<void> = Promise.resolve();
  #failure: unknown;
  #closed = false;

  constructor(parts: ServedSnapshotParts, openedAt: Millis) {
    this.#parts = parts;
    this.epoch = parts.epoch;
    this.last = parts.last;
    this.usedAt = openedAt;
    this.#reader = new SnapshotReader(parts);
  }

  /** The chunk that tells the end, once it was made. */
  get end(): SnapshotChunk["end"] {
    return this.#kept.at(-1)?.end;
  }

  /** What was made of it so far, bytes. */
  get bytes(): number {
    return ((this.#kept.at(-1)?.sequence ?? -1) + 1) * SNAPSHOT_LIMITS.chunkBytes;
  }

  /** `undefined`: that chunk is behind what is kept, or too far ahead, or the state is closed. */
  async chunk(sequence: number): Promise<SnapshotChunk | undefined> {
    const made = this.#making.then(() => this.#makeUpTo(sequence));
    this.#making = made.catch(() => undefined);
    await made;
    return this.#kept.find((chunk) => chunk.sequence === sequence);
  }

  /** Resolves when nothing of it is open any more; idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#making;
    await this.#reader.close();
    await this.#parts.snapshot.close();
    this.#kept = [];
  }

  async #makeUpTo(sequence: number): Promise<void> {
    const { turn, snapshot, pace } = this.#parts;
    if (this.#failure !== undefined) throw this.#failure;
    const isBehind = sequence < (this.#kept[0]?.sequence ?? 0);
    if (isBehind && sequence === 0 && !this.#closed) {
      await this.#reader.close();
      this.#reader = new SnapshotReader({ snapshot, turn });
      this.#kept = [];
    }
    const next = (): number => (this.#kept.at(-1)?.sequence ?? -1) + 1;
    if (sequence >= next() + KEPT_CHUNKS) return;
    while (next() <= sequence && this.end === undefined && !this.#closed) {
      await pace.pass(SNAPSHOT_LIMITS.chunkBytes);
      if (this.#closed) return;
      await this.#make();
    }
  }

  async #make(): Promise<void> {
    try {
      this.#kept.push(await this.#reader.next());
      if (this.#kept.length > KEPT_CHUNKS) this.#kept.shift();
    } catch (failure) {
      // A reader that failed in the middle of a chunk cannot go on.
      this.#failure = failure;
      throw failure;
    }
  }
}

import { assert, crc32c, type Turn } from "@holdfast/base";
import type { Engine, RowChange } from "../engine.ts";
import { RowStreamDecoder } from "./row-stream.ts";
import type { SnapshotChunk } from "./snapshot-chunk.ts";
import { SnapshotCorruptError } from "./snapshot-errors.ts";
import { SNAPSHOT_LIMITS, type SnapshotLimits } from "./snapshot-limits.ts";

export interface StagedStateOptions {
  /** Empty, and nobody else's; stays the caller's, who closes it. */
  readonly engine: Engine;
  readonly turn: Turn;
  readonly limits?: SnapshotLimits;
}

/**
 * A state on its way in: chunks are checked, and their rows written in durable
 * batches, so that the whole is durable once {@link isWhole}.
 */
export class StagedState {
  readonly #engine: Engine;
  readonly #turn: Turn;
  readonly #limits: SnapshotLimits;
  readonly #decoder: RowStreamDecoder;
  #batch: RowChange[] = [];
  #batchBytes = 0;
  #next = 0;
  #crc = 0;
  #rows = 0;
  #bytes = 0;
  #isWhole = false;

  constructor({ engine, turn, limits = SNAPSHOT_LIMITS }: StagedStateOptions) {
    this.#engine = engine;
    this.#turn = turn;
    this.#limits = limits;
    this.#decoder = new RowStreamDecoder(limits.rowBytesMax);
  }

  /** The sequence of the chunk that comes next. */
  get next(): number {
    return this.#next;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Everything is here, and durable. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /**
   * Checks that a chunk is the next one and as it was sent; it may be asked for again if not.
   *
   * @throws SnapshotCorruptError if it is not; nothing is taken then.
   */
  check({ sequence, bytes, crc, end }: SnapshotChunk): void {
    if (sequence !== this.#next) {
      throw new SnapshotCorruptError(`chunk ${sequence} came instead of ${this.#next}`);
    }
    if (bytes.length > this.#limits.chunkBytes) {
      throw new SnapshotCorruptError(`chunk ${sequence} has ${bytes.length} bytes`);
    }
    // Nobody sends such a one, and without end they would be kept without end.
    if (bytes.length === 0 && end === undefined) {
      throw new SnapshotCorruptError(`chunk ${sequence} is empty and not the last`);
    }
    if (crc32c(bytes, 0, bytes.length, this.#crc) !== crc) {
      throw new SnapshotCorruptError(`the checksum of chunk ${sequence} is wrong`);
    }
    if (end !== undefined && end.bytes !== this.#bytes + bytes.length) {
      throw new SnapshotCorruptError(
        `it ends after ${this.#bytes + bytes.length} bytes of ${end.bytes}`,
      );
    }
  }

  /**
   * Takes the next chunk; resolves when there is room for another. Calls do not overlap.
   * The chunk's bytes must not change until the state is whole or given up.
   *
   * @throws SnapshotCorruptError; unless {@link next} is what it was, the state is of no further use.
   */
  async take(chunk: SnapshotChunk): Promise<void> {
    assert(!this.#isWhole, "nothing follows the last chunk of a state");
    this.check(chunk);
    const { bytes, crc, end } = chunk;
    this.#next++;
    await this.#decode(bytes);
    this.#crc = crc;
    this.#bytes += bytes.length;
    this.#batchBytes += bytes.length;
    if (end === undefined) {
      if (this.#batchBytes >= this.#limits.batchBytes) await this.#write();
      return;
    }
    if (!this.#decoder.isBetweenRows || this.#rows !== end.rows) {
      throw new SnapshotCorruptError(`it ends after ${this.#rows} of ${end.rows} rows`);
    }
    await this.#write();
    this.#isWhole = true;
  }

  /** A chunk of small rows would hold the event loop for longer than a slice. */
  async #decode(bytes: Uint8Array): Promise<void> {
    const { readBytes } = this.#limits;
    for (let from = 0; from < bytes.length; from += readBytes) {
      if (from > 0) await this.#turn.next();
      const rows = this.#decoder.push(bytes.subarray(from, from + readBytes));
      this.#rows += rows.length;
      for (const row of rows) this.#batch.push(row);
    }
  }

  async #write(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    if (batch.length > 0) await this.#engine.writeDurably(batch);
  }
}

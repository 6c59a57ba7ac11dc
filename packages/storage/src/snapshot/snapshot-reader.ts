import { crc32c, type Turn } from "@holdfast/base";
import type { EngineCursor, EngineSnapshot } from "../engine.ts";
import { RowStreamEncoder } from "./row-stream.ts";
import type { SnapshotChunk } from "./snapshot-chunk.ts";
import { SNAPSHOT_LIMITS, type SnapshotLimits } from "./snapshot-limits.ts";

export interface SnapshotReaderOptions {
  /** Stays the caller's, who closes it after the reader. */
  readonly snapshot: EngineSnapshot;
  readonly turn: Turn;
  readonly limits?: SnapshotLimits;
}

/**
 * Makes chunks of a frozen state, one after the other: the same state gives the same
 * chunks each time. It holds one chunk and what one step of the engine read, and lets
 * the event loop turn after each step.
 */
export class SnapshotReader {
  readonly #cursor: EngineCursor;
  readonly #turn: Turn;
  readonly #encoder: RowStreamEncoder;
  #sequence = 0;
  #rows = 0;
  #bytes = 0;
  #crc = 0;
  #atEnd = false;

  constructor({ snapshot, turn, limits = SNAPSHOT_LIMITS }: SnapshotReaderOptions) {
    this.#cursor = snapshot.cursor(limits.readBytes);
    this.#turn = turn;
    this.#encoder = new RowStreamEncoder(limits.chunkBytes);
  }

  /** The next chunk. Not called again before it has resolved, nor after the last. */
  async next(): Promise<SnapshotChunk> {
    while (this.#encoder.pieces === 0 && !this.#atEnd) {
      const rows = await this.#cursor.next();
      for (const row of rows) this.#encoder.add(row);
      this.#rows += rows.length;
      this.#atEnd = rows.length === 0;
      if (!this.#atEnd) await this.#turn.next();
    }
    const piece = this.#encoder.take();
    if (piece !== undefined) return this.#chunk(piece, undefined);
    const rest = this.#encoder.takeRest();
    return this.#chunk(rest, { rows: this.#rows, bytes: this.#bytes + rest.length });
  }

  close(): Promise<void> {
    return this.#cursor.close();
  }

  #chunk(bytes: Uint8Array, end: SnapshotChunk["end"]): SnapshotChunk {
    this.#bytes += bytes.length;
    this.#crc = crc32c(bytes, 0, bytes.length, this.#crc);
    return { sequence: this.#sequence++, bytes, crc: this.#crc, end };
  }
}

import type { Clock, Logger } from "@holdfast/base";
import type { Files } from "../files.ts";

export interface WriteAheadLogOptions {
  readonly files: Files;
  /** Where the segments lie, below the store's directory; made with the first append. */
  readonly directory: string;
  /**
   * The size of a segment, a whole number of sectors. Larger ones are switched less
   * often, keep more of what is compacted on disk, and give a restart more to read.
   *
   * @default 32 MiB
   */
  readonly segmentBytes?: number;
  /**
   * Writes of one append share a frame up to here. One write is never split, so a
   * larger one has a frame of its own.
   *
   * @default 8 MiB
   */
  readonly frameBytesMax?: number;
  /**
   * So much must stay free on the disk when a segment is made ahead of need, bytes. Where
   * it would not, {@link WriteAheadLog.lack} says so, in time to take no more.
   *
   * @default 0
   */
  readonly reserveBytes?: number;
  readonly logger: Logger;
  /**
   * With it an append that needs a segment for which there is no room waits for room:
   * nothing of it has been written then. Without, it fails.
   */
  readonly clock?: Clock;
}

export interface WalStats {
  readonly appends: number;
  readonly frames: number;
  /** Bytes handed to the disk, markers and padding included. */
  readonly bytes: number;
  readonly segments: number;
  /** Segments and spares on disk. */
  readonly sizeBytes: number;
  /** Whether the next segment is there already; while it is not, a full disk can hurt (decision 14). */
  readonly spareReady: boolean;
  /** Places kept in memory to find entries by. */
  readonly places: number;
  /** How long the last append took; 0 without a clock. */
  readonly lastAppendMs: number;
  readonly failed: boolean;
}

/** Options with everything filled in that has a default. */
export type ResolvedWalOptions = WriteAheadLogOptions & Required<typeof WAL_DEFAULTS>;

const MIB = 1024 * 1024;

export const WAL_DEFAULTS: {
  readonly segmentBytes: number;
  readonly frameBytesMax: number;
  readonly reserveBytes: number;
} = Object.freeze({ segmentBytes: 32 * MIB, frameBytesMax: 8 * MIB, reserveBytes: 0 });

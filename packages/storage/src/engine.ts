import type { ByteString, Row, RowScan } from "@holdfast/base";

/** One change of a batch; `value` undefined deletes. */
export interface RowChange {
  readonly key: ByteString;
  readonly value: Uint8Array | undefined;
}

/**
 * An ordered store of rows: LevelDB, or memory in tests.
 *
 * Whoever opens it holds the directory's lock until {@link close}. A batch is
 * atomic. Every batch is written with `sync: true`: a later synced batch does not
 * make an earlier unsynced one durable (google/leveldb#193).
 */
export interface Engine extends EngineReads {
  /**
   * Resolves once the batch would survive a power cut. The changes may be walked over some turns,
   * and more than once: they stay what they are until then.
   * Calls do not overlap; after one failed, all do.
   */
  writeDurably(changes: Iterable<RowChange>): Promise<void>;
  /** A frozen state of all rows, taken in this very turn. Close it, or it holds disk space. */
  snapshot(): EngineSnapshot;
  /** Bytes on disk, roughly. */
  approximateBytes(): Promise<number>;
  /**
   * Has what was deleted leave the disk, in the background; reads and writes go on. Left away: nothing
   * deleted takes any.
   */
  giveBack?(): Promise<GivenBack>;
  /**
   * It is being opened anew after the disk was full: nothing can be read in this turn, and
   * whoever reads otherwise waits. Left away: that never happens.
   */
  readonly isAway?: boolean;
  /** A batch that waits for room on a full disk fails, now and later. Left away: none ever waits. */
  stopWaiting?(): void;
  /** Ends open snapshots and scans, then gives the lock back. Idempotent. */
  close(): Promise<void>;
}

export interface GivenBack {
  /**
   * Resolves when the snapshots are closed that were older than what was deleted: it could not leave, and is worth another try then.
   * `undefined`: there were none.
   */
  readonly heldUntil: Promise<void> | undefined;
}

export interface EngineReads {
  /** Reads in this turn; a few microseconds where the row is cached. */
  getSync(key: ByteString): Uint8Array | undefined;
  getMany(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]>;
  scan(scan: RowScan): Promise<readonly Row[]>;
}

export interface EngineSnapshot extends EngineReads {
  /** The engine was opened anew since it was taken: it can be read no more. Left away: that never happens. */
  readonly isGone?: boolean;
  /** Walks over all rows in key order, each step about `stepBytes` of them, without disturbing what is cached. */
  cursor(stepBytes: number): EngineCursor;
  close(): Promise<void>;
}

/** A place in a frozen state. Steps do not overlap. */
export interface EngineCursor {
  /** The next rows, at least one; none: all were read. */
  next(): Promise<readonly Row[]>;
  /** Idempotent. */
  close(): Promise<void>;
}

import type { ByteString, Clock, Logger, LogIndex, Row, RowScan } from "@holdfast/base";
import type { Engine } from "../engine.ts";
import type { StateLimits } from "./state-limits.ts";

export interface StateStoreOptions {
  /** Stays the caller's, who closes it after the store. */
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<StateLimits>;
}

/** What the applier reads: its own unpublished writes too. It writes nothing while a scan is under way. */
export interface RowReads {
  /** Whether a row, or its deletion, is in memory: then {@link peek} does not go to the engine. */
  isInMemory(key: ByteString): boolean;
  /** Reads in this turn: from memory, else some microseconds from the engine. */
  peek(key: ByteString): Uint8Array | undefined;
  rows(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]>;
  scan(scan: RowScan): Promise<readonly Row[]>;
}

export interface StateStats {
  /** Memory of generations: active, being written, and kept for Views. */
  readonly overlayBytes: number;
  /** The part that is durable and kept only for Views. */
  readonly keptForViewsBytes: number;
  readonly views: number;
  readonly flushes: number;
  readonly lastFlushMs: number;
  readonly lastFlushRows: number;
  readonly durableIndex: LogIndex;
  readonly failed: boolean;
}

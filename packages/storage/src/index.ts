export type {
  Engine,
  EngineCursor,
  EngineReads,
  EngineSnapshot,
  GivenBack,
  RowChange,
} from "./engine.ts";
export { FilesUnusableError, namedIfUnusable } from "./files/files-unusable.ts";
export { nodeFiles } from "./files/node-files.ts";
export type { Files, OpenOptions, StoreFile } from "./files.ts";
export { type LevelEngineOptions, openLevelEngine } from "./level/level-engine.ts";
export { MemoryEngine } from "./memory/memory-engine.ts";
export { MemoryFiles } from "./memory/memory-files.ts";
export { STATE_LIMITS, type StateLimits } from "./overlay/state-limits.ts";
export { StateStore } from "./overlay/state-store.ts";
export type { RowReads, StateStats, StateStoreOptions } from "./overlay/state-store-api.ts";
export type { View } from "./overlay/view.ts";
export { RowStreamDecoder } from "./snapshot/row-stream.ts";
export type { SnapshotChunk } from "./snapshot/snapshot-chunk.ts";
export { SnapshotCorruptError } from "./snapshot/snapshot-errors.ts";
export { SNAPSHOT_LIMITS, type SnapshotLimits } from "./snapshot/snapshot-limits.ts";
export { SnapshotReader } from "./snapshot/snapshot-reader.ts";
export { StagedState } from "./snapshot/staged-state.ts";
export { StateDirectories } from "./snapshot/state-directories.ts";
export { BALLAST_BYTES, Ballast } from "./space/ballast.ts";
export { DISK_RESERVE_BYTES, DiskSpace, type SpaceStanding } from "./space/disk-space.ts";
export { EngineWithBallast } from "./space/engine-with-ballast.ts";
export {
  DirectoryLockedError,
  DiskFullError,
  StateDamagedError,
  StateFailedError,
  TooManyViewsError,
  ViewExpiredError,
} from "./storage-errors.ts";
export {
  LogCompactedError,
  type LogDamage,
  LogDamagedError,
  LogFailedError,
  LogVersionError,
  LogWriteTooLargeError,
} from "./wal/wal-errors.ts";
export type { WalStats, WriteAheadLogOptions } from "./wal/wal-options.ts";
export type {
  WalEntry,
  WalGroupHead,
  WalHardState,
  WalRecovered,
  WalWrite,
} from "./wal/wal-records.ts";
export { WriteAheadLog } from "./wal/write-ahead-log.ts";

export {
  type Boot,
  type Crash,
  CrashDisk,
  type CrashDiskOptions,
  CrashedError,
  DiskError,
  type Lie,
} from "./crash-disk.ts";

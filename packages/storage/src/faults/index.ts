export {
  type Boot,
  type Crash,
  CrashDisk,
  type CrashDiskOptions,
  CrashedError,
  type Lie,
} from "./crash-disk.ts";

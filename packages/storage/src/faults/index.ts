export {
  type Boot,
  type Crash,
  CrashDisk,
  type CrashDiskOptions,
  CrashedError,
  DiskError,
} from "./crash-disk.ts";
export type { Lie } from "./disk-access.ts";

export {
  type Boot,
  type Changed,
  type Crash,
  CrashDisk,
  type CrashDiskOptions,
  CrashedError,
  DiskError,
} from "./crash-disk.ts";
export type { Lie } from "./disk-access.ts";

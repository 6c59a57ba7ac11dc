import type { Random } from "@holdfast/base";
import type { CrashDirectory } from "./crash-directory.ts";

/**
 * What a disk may claim to have made durable while it keeps it in a cache: durable writes,
 * synced files, synced directories, an engine's batches.
 */
export type Lie = "writes" | "files" | "directories" | "batches";

/** How a process comes at a disk, until it dies. */
export interface DiskAccess {
  readonly root: CrashDirectory;
  readonly random: Random;
  readonly lies: ReadonlySet<Lie>;
  /** @throws {CrashedError} once the process is dead. */
  check(): void;
  /**
   * One change: what `begin` does is seen at once and may arrive in part; what it answers
   * makes it durable. A crash may come between, by this change or by another.
   */
  change(begin: () => (() => void) | undefined): Promise<void>;
}

import { HoldfastError } from "@holdfast/base";
import { type SpaceLimit, spaceLimitOf } from "./space/space-limit.ts";

/** Another process has this store open. */
export class DirectoryLockedError extends HoldfastError {
  readonly code = "DIRECTORY_LOCKED";
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(directory: string, options: { readonly cause: unknown }) {
    super(
      `another process has ${directory} open: stop it, or give this node a directory of its own`,
      options,
    );
  }
}

/** LevelDB found its own files damaged. The replica must be rebuilt from its peers. */
export class StateDamagedError extends HoldfastError {
  readonly code = "STATE_DAMAGED";
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(directory: string, options: { readonly cause: unknown }) {
    super(
      `the state in ${directory} is damaged and is not repaired in place: remove the store's directory and let the cluster rebuild it as a new store`,
      options,
    );
  }
}

/** No room: the disk or the quota is full, or a file at its limit. What was to be written is not durable. */
export class DiskFullError extends HoldfastError {
  readonly code = "DISK_FULL";
  readonly outcome = "unknown";
  readonly retryable = false;

  /** `next`: what is to be done once there is room. */
  constructor(what: string, options: { readonly cause: unknown; readonly next?: string }) {
    const words = WORDS[spaceLimitOf(options.cause) ?? "disk"](what);
    super(options.next === undefined ? words : `${words}, ${options.next}`, options);
  }
}

const WORDS: Readonly<Record<SpaceLimit, (what: string) => string>> = {
  disk: (what) => `no space is left on the disk to write ${what}: free disk space`,
  quota: (what) =>
    `the disk quota is used up, so ${what} cannot be written: free some of it, or have it raised`,
  "file-size": (what) =>
    `${what} would grow beyond the limit on the size of a file: raise it (ulimit -f, or prlimit while the node runs)`,
};

/** The View was held longer than its limit, or its memory was needed; what it read so far was right. */
export class ViewExpiredError extends HoldfastError {
  readonly code = "VIEW_EXPIRED";
  readonly outcome = "not-applied";
  readonly retryable = true;

  constructor(why: string) {
    super(`the view of the state has expired (${why}): read again, in smaller parts`);
  }
}

/** As many Views are open as there may be. */
export class TooManyViewsError extends HoldfastError {
  readonly code = "TOO_MANY_VIEWS";
  readonly outcome = "not-applied";
  readonly retryable = true;

  constructor(viewsMax: number) {
    super(`${viewsMax} reads are under way, which is the limit (viewsMax): try again shortly`);
  }
}

/** A batch of the state could not be written; the store takes nothing more. */
export class StateFailedError extends HoldfastError {
  readonly code = "STATE_FAILED";
  readonly outcome = "unknown";
  readonly retryable = false;

  constructor(options: { readonly cause: unknown }) {
    super("the state could not be written to disk, so this replica has stopped", options);
  }
}

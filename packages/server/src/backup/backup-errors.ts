import { HoldfastError } from "@holdfast/base";

/** A file is no snapshot, or not the one that was written. */
export class BackupDamagedError extends HoldfastError {
  readonly code = "SNAPSHOT_DAMAGED";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

/** A snapshot can only become the state of nodes that have none. */
export class DirectoryNotEmptyError extends HoldfastError {
  readonly code = "DIRECTORY_NOT_EMPTY";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

import { HoldfastError } from "@holdfast/base";

/** What was received is not what was sent, or was not made by this software. Nothing of it is used. */
export class SnapshotCorruptError extends HoldfastError {
  readonly code = "SNAPSHOT_CORRUPT";
  readonly outcome = "not-applied";
  readonly retryable = true;

  constructor(found: string) {
    super(`a state that was received is damaged: ${found}; it is thrown away and asked for again`);
  }
}

import { HoldfastError } from "@holdfast/base";

/** Most of the cluster has something else than this member: it must neither vote nor be read from. */
export class StateDivergedError extends HoldfastError {
  readonly code = "STATE_DIVERGED";
  readonly outcome = "unknown";
  readonly retryable = false;
}

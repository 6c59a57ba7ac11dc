import { HoldfastError } from "@holdfast/base";

/**
 * A row of the state is not what was written there, or is of a version that this
 * software does not know. The replica must stop: it can neither answer nor vote
 * on such a state (decision 14).
 */
export class DamagedRowError extends HoldfastError {
  readonly code = "DAMAGED_STATE";
  readonly outcome = "unknown";
  readonly retryable = false;
}

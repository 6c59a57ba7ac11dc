import { HoldfastError, type Outcome } from "@holdfast/base";

/** The command line, or what was given on standard input, does not make sense. */
export class UsageError extends HoldfastError {
  readonly code = "USAGE";
  readonly outcome: Outcome = "not-applied";
  readonly retryable = false;
}

import { HoldfastError, type Outcome } from "@holdfast/base";

/** A promise was seen broken: the system, or its model here, has a bug. */
export class Violation extends HoldfastError {
  readonly code = "VIOLATION";
  readonly outcome: Outcome = "unknown";
  readonly retryable = false;
  /** Which promise, such as `I6`, and `core` for an assertion of the core itself. */
  readonly invariant: string;

  constructor(invariant: string, message: string, options?: ErrorOptions) {
    super(`${invariant}: ${message}`, options);
    this.invariant = invariant;
  }
}

/** Holds a promise; the text is made only when it is broken. */
export function require(holds: boolean, invariant: string, explain: () => string): asserts holds {
  if (!holds) throw new Violation(invariant, explain());
}

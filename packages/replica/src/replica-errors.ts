import { HoldfastError, type Outcome } from "@holdfast/base";

/** No leader is known here, and none came in time; nothing was proposed. */
export class NoLeaderError extends HoldfastError {
  readonly code = "NO_LEADER";
  readonly outcome = "not-applied";
  readonly retryable = true;
}

/** The deadline passed. A write that had been sent to a leader may still take effect: `outcome` says which. */
export class RequestTimedOutError extends HoldfastError {
  readonly code = "REQUEST_TIMED_OUT";
  readonly outcome: Outcome;
  readonly retryable = true;

  constructor(message: string, outcome: Outcome) {
    super(message);
    this.outcome = outcome;
  }
}

/** A queue or a quota is full; nothing was proposed. Try again a little later. */
export class OverloadedError extends HoldfastError {
  readonly code = "OVERLOADED";
  readonly outcome = "not-applied";
  readonly retryable = true;
}

/**
 * The disk is nearly full, on the leader and on all who could lead instead: nothing was proposed, reads go on
 * (decision 14). It heals when somebody frees disk space, not by asking again.
 */
export class NoSpaceError extends HoldfastError {
  readonly code = "NO_SPACE";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

/** One request would make an entry above the limit. */
export class RequestTooLargeError extends HoldfastError {
  readonly code = "REQUEST_TOO_LARGE";
  readonly outcome = "not-applied";
  readonly retryable = false;
}

/** The replica is stopping, or stopped by a failure. */
export class ReplicaStoppedError extends HoldfastError {
  readonly code = "STOPPED";
  readonly outcome: Outcome;
  readonly retryable = true;

  constructor(message: string, outcome: Outcome) {
    super(message);
    this.outcome = outcome;
  }
}

/** The caller gave up; a write may still take effect. */
export class CallAbortedError extends HoldfastError {
  readonly code = "ABORTED";
  readonly outcome: Outcome;
  readonly retryable = false;

  constructor(message: string, outcome: Outcome) {
    super(message);
    this.outcome = outcome;
  }
}

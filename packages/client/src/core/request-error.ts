import { HoldfastError, type Outcome } from "@holdfast/base";
import type { ReadRefusal } from "@holdfast/state-machine";

/** What a {@link RequestError} is made of. */
export interface RequestErrorDetails {
  readonly code: string;
  readonly message: string;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly cause?: unknown;
}

/**
 * A request failed. `outcome` answers what every caller asks first: whether the
 * write took effect. A read's outcome is always `not-applied`.
 *
 * Codes made by this client: `TIMEOUT`, `ABORTED`, `OVERLOADED`, `REQUEST_TOO_LARGE`,
 * `INVALID_ARGUMENT`, `SESSION_EXPIRED`, `ANSWER_GONE`, `CLOSED`, `MALFORMED_ANSWER`,
 * `LEASE_NOT_FOUND`, `KEY_NOT_FOUND`, `TOO_MANY_KEYS`, `COMPACTED`, `FUTURE_REVISION`, `WATCH_REFUSED`; others are the node's, as it said them.
 */
export class RequestError extends HoldfastError {
  readonly code: string;
  readonly outcome: Outcome;
  readonly retryable: boolean;

  constructor({ code, message, outcome, retryable, cause }: RequestErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.outcome = outcome;
    this.retryable = retryable;
  }
}

/** What an error is made of, to make a similar one. */
export function detailsOf(error: RequestError): RequestErrorDetails {
  const { code, message, outcome, retryable, cause } = error;
  return { code, message, outcome, retryable, cause };
}

/** Input that no node has to see to refuse it. */
export function invalidArgument(message: string): RequestError {
  return new RequestError({
    code: "INVALID_ARGUMENT",
    message,
    outcome: "not-applied",
    retryable: false,
  });
}

export function closedError(outcome: Outcome): RequestError {
  return new RequestError({
    code: "CLOSED",
    message: "the client was closed before the answer came",
    outcome,
    retryable: false,
  });
}

export function timeoutError(
  timeoutMs: number,
  outcome: Outcome,
  lastFailure: RequestError | undefined,
): RequestError {
  const why = lastFailure === undefined ? "" : `: ${lastFailure.message}`;
  return new RequestError({
    code: "TIMEOUT",
    message: `no answer within ${timeoutMs} ms${why}`,
    outcome,
    retryable: true,
    cause: lastFailure,
  });
}

export function abortedError(outcome: Outcome, reason: unknown): RequestError {
  return new RequestError({
    code: "ABORTED",
    message: "the caller gave up waiting",
    outcome,
    retryable: false,
    cause: reason,
  });
}

export function overloadedError(what: string): RequestError {
  return new RequestError({
    code: "OVERLOADED",
    message: `${what}; wait for answers before asking for more`,
    outcome: "not-applied",
    retryable: true,
  });
}

export function tooLargeError(bytes: number, most: number): RequestError {
  return new RequestError({
    code: "REQUEST_TOO_LARGE",
    message: `the operation has about ${bytes} bytes; at most ${most} are taken: split the value or the transaction`,
    outcome: "not-applied",
    retryable: false,
  });
}

export function sessionExpiredError(outcome: Outcome): RequestError {
  return new RequestError({
    code: "SESSION_EXPIRED",
    message:
      "the cluster has forgotten this session, so whether the write took effect is no longer known",
    outcome,
    retryable: false,
  });
}

/** A read at a revision that is not there. */
export function readRefusedError(refusal: ReadRefusal): RequestError {
  const isCompacted = refusal.reason === "compacted";
  return new RequestError({
    code: isCompacted ? "COMPACTED" : "FUTURE_REVISION",
    message: isCompacted
      ? `the revision asked for is gone; the oldest one kept is ${refusal.compactRevision}`
      : "the revision asked for lies ahead of the store's",
    outcome: "not-applied",
    retryable: false,
  });
}

export function malformedAnswerError(what: string, cause: unknown): RequestError {
  return new RequestError({
    code: "MALFORMED_ANSWER",
    message: `a node sent ${what} that this client cannot read; are they of the same version?`,
    outcome: "unknown",
    retryable: false,
    cause,
  });
}

import { HoldfastError } from "@holdfast/base";

/** What no decoder can turn into an operation; each has etcd's nearest text in the status codec. */
export type RefusedRequestCode =
  | "BAD_TRANSFER_TARGET"
  | "EMPTY_REQUEST_OP"
  | "INVALID_MEMBER_URLS"
  | "INVALID_SORT_OPTION"
  | "KEY_NOT_PROVIDED"
  | "LEASE_PROVIDED"
  | "MEMBER_NOT_FOUND"
  | "TOO_MANY_OPERATIONS"
  | "UNKNOWN_COMPARE"
  | "VALUE_PROVIDED";

/** A request of the etcd interface says something that has no meaning here; nothing was proposed. */
export class RefusedRequestError extends HoldfastError {
  readonly code: RefusedRequestCode;
  readonly outcome = "not-applied";
  readonly retryable = false;

  constructor(code: RefusedRequestCode, message: string) {
    super(message);
    this.code = code;
  }
}

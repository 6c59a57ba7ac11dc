import type { Revision } from "@holdfast/base";
import {
  type ApplyFailure,
  type DeleteRangeResult,
  type OperationResult,
  type PutResult,
  type RangeOperationResult,
  type RangeResult,
  REVISION_DELETIONS_MAX,
  type TxnResult,
} from "@holdfast/state-machine";
import { Entry } from "./entry.ts";
import { malformedAnswerError, RequestError, type RequestErrorDetails } from "./request-error.ts";

export interface PutAnswer {
  readonly kind: "put";
  /** The store's revision after it, which is the value's `modRevision`. */
  readonly revision: Revision;
  /** What it replaced, where that was asked for and existed. */
  readonly previous: Entry | undefined;
}

export interface DeleteAnswer {
  readonly kind: "delete";
  readonly revision: Revision;
  readonly deleted: number;
  /** What was deleted, where that was asked for. */
  readonly previous: readonly Entry[];
}

export interface CompactAnswer {
  readonly kind: "compact";
  /** The store's revision; a compaction takes none. */
  readonly revision: Revision;
}

export interface RangeAnswer {
  readonly kind: "range";
  /** The store's revision when it was read. */
  readonly revision: Revision;
  readonly entries: readonly Entry[];
  /** `limit` cut off the rest. */
  readonly more: boolean;
  /** Keys in the range, whatever the limit. */
  readonly count: number;
}

export interface TxnAnswer {
  readonly kind: "txn";
  readonly revision: Revision;
  /** Whether all comparisons held, and so `then` was carried out; otherwise `else`. */
  readonly succeeded: boolean;
  /** One for each operation of that branch. */
  readonly answers: readonly TxnBranchAnswer[];
}

export type TxnBranchAnswer = PutAnswer | DeleteAnswer | RangeAnswer | TxnAnswer;

/** @throws RequestError if the cluster refused it. */
export function putAnswer(
  result: OperationResult,
  asked: { readonly previous: boolean },
): PutAnswer {
  if (result.kind === "put") return fromPut(result);
  if (result.kind === "answer-gone" && !asked.previous) {
    return { kind: "put", revision: result.revision, previous: undefined };
  }
  throw refusal(result, "put");
}

/** @throws RequestError if the cluster refused it, or the answer is gone. */
export function deleteAnswer(result: OperationResult): DeleteAnswer {
  if (result.kind === "delete-range") return fromDelete(result);
  throw refusal(result, "delete-range");
}

/** @throws RequestError if the cluster refused it, or the answer is gone. */
export function txnAnswer(result: OperationResult): TxnAnswer {
  if (result.kind === "txn") return fromTxn(result);
  throw refusal(result, "txn");
}

/** @throws RequestError `COMPACTED`, `FUTURE_REVISION` */
export function compactAnswer(result: OperationResult): CompactAnswer {
  if (result.kind === "compact") return { kind: "compact", revision: result.revision };
  throw refusal(result, "compact");
}

export function rangeAnswer(range: RangeResult): RangeAnswer {
  const { revision, kvs, more, count } = range;
  return { kind: "range", revision, entries: kvs.map((kv) => new Entry(kv)), more, count };
}

/** What the cluster said instead of doing it. */
export function failureError(failure: ApplyFailure): RequestError {
  return new RequestError(failureDetails(failure));
}

function fromPut({ revision, prevKv }: PutResult): PutAnswer {
  return { kind: "put", revision, previous: prevKv === undefined ? undefined : new Entry(prevKv) };
}

function fromDelete({ revision, deleted, prevKvs }: DeleteRangeResult): DeleteAnswer {
  return { kind: "delete", revision, deleted, previous: prevKvs.map((kv) => new Entry(kv)) };
}

function fromTxn({ revision, succeeded, responses }: TxnResult): TxnAnswer {
  return { kind: "txn", revision, succeeded, answers: responses.map(fromBranch) };
}

function fromBranch(
  response: PutResult | DeleteRangeResult | RangeOperationResult | TxnResult,
): TxnBranchAnswer {
  switch (response.kind) {
    case "put":
      return fromPut(response);
    case "delete-range":
      return fromDelete(response);
    case "range":
      return rangeAnswer(response.range);
    case "txn":
      return fromTxn(response);
  }
}

export function refusal(result: OperationResult, expected: string): RequestError {
  if (result.kind === "failed") return failureError(result.failure);
  if (result.kind === "answer-gone") {
    return new RequestError({
      code: "ANSWER_GONE",
      message: `it was applied at revision ${result.revision}, but its answer was too large to keep or to send`,
      outcome: "applied",
      retryable: false,
    });
  }
  return malformedAnswerError(
    `the answer to a ${result.kind} for that to a ${expected}`,
    undefined,
  );
}

function failureDetails(failure: ApplyFailure): RequestErrorDetails {
  const nothing = { outcome: "not-applied", retryable: false } as const;
  switch (failure.reason) {
    case "lease-not-found":
      return { code: "LEASE_NOT_FOUND", message: "the lease does not exist", ...nothing };
    case "key-not-found":
      return {
        code: "KEY_NOT_FOUND",
        message: "there is no such key whose value or lease could be kept",
        ...nothing,
      };
    case "compacted":
      return {
        code: "COMPACTED",
        message: `the revision asked for is gone; the oldest one kept is ${failure.compactRevision}`,
        ...nothing,
      };
    case "future-revision":
      return { code: "FUTURE_REVISION", message: "the revision asked for lies ahead", ...nothing };
    case "too-many-deletions":
      return {
        code: "TOO_MANY_KEYS",
        message: `it would delete more than ${REVISION_DELETIONS_MAX} keys at once`,
        ...nothing,
      };
    case "malformed":
      return {
        code: "MALFORMED_REQUEST",
        message: "the cluster could not read the request",
        ...nothing,
      };
    case "lease-full":
      return { code: "TOO_MANY_KEYS", message: "too many keys hang on the lease", ...nothing };
    case "lease-exists":
    case "expiry-overtaken":
      return { code: "LEASE_EXISTS", message: "the lease is there and lives", ...nothing };
    case "no-space":
      return { code: "NO_SPACE", message: "the store is full; deletions are taken", ...nothing };
    case "corrupt":
      return {
        code: "CORRUPT",
        message: "replicas differ: the cluster takes no writes",
        ...nothing,
      };
    case "too-many-alarms":
    case "too-many-leases":
    case "too-many-sessions":
    case "sequence-beyond-window":
      return {
        code: "OVERLOADED",
        message: "the cluster has no room for this session's request",
        outcome: "not-applied",
        retryable: true,
      };
    case "session-expired":
    case "sequence-forgotten":
      return {
        code: "SESSION_EXPIRED",
        message: "the cluster no longer knows whether this was applied",
        outcome: "unknown",
        retryable: false,
      };
  }
}

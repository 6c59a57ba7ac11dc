import type { Revision } from "@holdfast/base";
import type { ApplyFailure } from "./command.ts";
import type { KeyValue } from "./key-value.ts";
import type { RangeResult } from "./query.ts";

/** The answer to one operation. `revision` is the store's after it (in a transaction: as etcd-v3.md §5.5). */
export type OperationResult =
  | PutResult
  | DeleteRangeResult
  | TxnResult
  | { readonly kind: "compact"; readonly revision: Revision }
  | { readonly kind: "session-open"; readonly revision: Revision }
  | { readonly kind: "session-expire"; readonly revision: Revision }
  | LeaseResult
  | AlarmResult
  | FailedResult
  | AnswerGoneResult;

export interface PutResult {
  readonly kind: "put";
  readonly revision: Revision;
  readonly prevKv: KeyValue | undefined;
}

export interface DeleteRangeResult {
  readonly kind: "delete-range";
  readonly revision: Revision;
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
}

export interface RangeOperationResult {
  readonly kind: "range";
  readonly range: RangeResult;
}

export interface TxnResult {
  readonly kind: "txn";
  readonly revision: Revision;
  readonly succeeded: boolean;
  readonly responses: readonly (PutResult | DeleteRangeResult | RangeOperationResult | TxnResult)[];
}

/** What was asked of leases was done. */
export type LeaseResult =
  | { readonly kind: "lease-grant"; readonly revision: Revision }
  | { readonly kind: "lease-revoke"; readonly revision: Revision; readonly deleted: number }
  /** How long each lives from now on, s; 0 for one that is not known. */
  | { readonly kind: "lease-renew"; readonly revision: Revision; readonly ttls: readonly number[] }
  | { readonly kind: "lease-checkpoint"; readonly revision: Revision };

/** `found`: the alarm is there now, or was there until it was ended. */
export interface AlarmResult {
  readonly kind: "alarm";
  readonly revision: Revision;
  readonly found: boolean;
}

/** Nothing was applied. */
export interface FailedResult {
  readonly kind: "failed";
  readonly revision: Revision;
  readonly failure: ApplyFailure;
}

/** It was applied at `revision`, but its answer was too large: to be kept for a second asking (decision 18), or to be given at all. */
export interface AnswerGoneResult {
  readonly kind: "answer-gone";
  readonly revision: Revision;
}

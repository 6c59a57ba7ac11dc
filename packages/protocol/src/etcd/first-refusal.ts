import { DEFAULT_OPERATION_LIMITS } from "@holdfast/state-machine";
import type { PutRequest__Output } from "../generated/etcdserverpb/PutRequest.ts";
import type { RequestOp__Output } from "../generated/etcdserverpb/RequestOp.ts";
import type { TxnRequest__Output } from "../generated/etcdserverpb/TxnRequest.ts";
import type { RefusedRequestCode } from "./refused-request-error.ts";
import { sortOptionsOf } from "./sort-options.ts";

/**
 * What etcd finds first in a transaction that has no meaning: it looks at one part after the
 * other. `undefined` where it finds nothing, and so for what it only would have found.
 *
 * Most of it is for the state machine's validation to say. It comes too late where a part cannot
 * even be decoded, and clients compare what they are told by the letter.
 */
export function firstRefusal(
  { compare, success, failure }: TxnRequest__Output,
  operationsMax: number = DEFAULT_OPERATION_LIMITS.txnOperationsMax,
): RefusedRequestCode | undefined {
  const operations = Math.max(compare.length, success.length, failure.length);
  if (operations > operationsMax) return "TOO_MANY_OPERATIONS";
  if (compare.some(({ key }) => key.length === 0)) return "KEY_NOT_PROVIDED";
  for (const step of [...success, ...failure]) {
    const refused = firstOfStep(step, operationsMax - operations);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function firstOfStep(
  {
    request_range: range,
    request_put: put,
    request_delete_range: deletion,
    request_txn: txn,
  }: RequestOp__Output,
  operationsMax: number,
): RefusedRequestCode | undefined {
  if (put) return firstOfPut(put);
  if (txn) return firstRefusal(txn, operationsMax);
  const keyed = range ?? deletion;
  if (!keyed) return "EMPTY_REQUEST_OP";
  if (keyed.key.length === 0) return "KEY_NOT_PROVIDED";
  return range && sortOptionsOf(range) === undefined ? "INVALID_SORT_OPTION" : undefined;
}

function firstOfPut(put: PutRequest__Output): RefusedRequestCode | undefined {
  if (put.key.length === 0) return "KEY_NOT_PROVIDED";
  if (put.ignore_value && put.value.length > 0) return "VALUE_PROVIDED";
  return put.ignore_lease && put.lease !== "0" ? "LEASE_PROVIDED" : undefined;
}

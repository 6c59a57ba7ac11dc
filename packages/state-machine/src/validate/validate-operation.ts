import type {
  LeaseGrantOperation,
  Operation,
  PutOperation,
  TxnBranchOperation,
  TxnOperation,
} from "../command.ts";
import { type RequestRefusal, requestRefusal } from "../refusal.ts";
import { hasDuplicateKeys } from "./duplicate-keys.ts";
import { LEASE_IDS_MAX, LEASE_TTL_SECONDS_MAX } from "./lease-limits.ts";
import { operationBytes } from "./operation-bytes.ts";
import type { OperationLimits } from "./operation-limits.ts";
import { validateQuery } from "./validate-query.ts";

/**
 * Why an operation that a client asks for cannot be proposed, in etcd's words
 * (etcd-v3.md §5 and §6); `undefined` when it can. What depends on the state,
 * such as whether a lease exists, is for the state machine to say.
 */
export function validateOperation(
  operation: Operation,
  limits: OperationLimits,
): RequestRefusal | undefined {
  const refusal = refusalOf(operation, limits);
  if (refusal !== undefined) return refusal;
  return operationBytes(operation) > limits.requestBytesMax
    ? requestRefusal("request-too-large")
    : undefined;
}

/** Like {@link validateOperation}, but for the size. */
export function refusalOf(
  operation: Operation,
  limits: OperationLimits,
): RequestRefusal | undefined {
  switch (operation.kind) {
    case "put":
    case "delete-range":
      return branchRefusal(operation, 0);
    case "txn":
      return (
        txnRefusal(operation, limits.txnOperationsMax) ??
        (hasDuplicateKeys(operation) ? requestRefusal("duplicate-key") : undefined)
      );
    case "compact":
    case "session-open":
      return undefined;
    case "session-expire":
      return requestRefusal("session-operation");
    case "lease-grant":
      return grantRefusal(operation);
    case "lease-revoke":
      return operation.expiry === undefined && operation.id !== 0n
        ? undefined
        : requestRefusal("lease-operation");
    case "lease-renew":
      return operation.ids.length <= LEASE_IDS_MAX && !operation.ids.includes(0n)
        ? undefined
        : requestRefusal("lease-operation");
    case "lease-checkpoint":
      return requestRefusal("lease-operation");
    case "alarm":
      return requestRefusal("alarm-operation");
  }
}

function txnRefusal(txn: TxnOperation, operationsMax: number): RequestRefusal | undefined {
  const operations = Math.max(txn.compares.length, txn.success.length, txn.failure.length);
  if (operations > operationsMax) return requestRefusal("too-many-operations");
  for (const compare of txn.compares) {
    if (compare.key.length === 0) return requestRefusal("key-not-provided");
  }
  const left = operationsMax - operations;
  for (const branch of [txn.success, txn.failure]) {
    for (const operation of branch) {
      const refusal = branchRefusal(operation, left);
      if (refusal !== undefined) return refusal;
    }
  }
  return undefined;
}

function branchRefusal(
  operation: TxnBranchOperation,
  nestedMax: number,
): RequestRefusal | undefined {
  switch (operation.kind) {
    case "put":
      return putRefusal(operation);
    case "delete-range":
      return operation.key.length === 0 ? requestRefusal("key-not-provided") : undefined;
    case "range":
      return validateQuery(operation.query);
    case "txn":
      return txnRefusal(operation, nestedMax);
  }
}

function grantRefusal({ id, ttlSeconds }: LeaseGrantOperation): RequestRefusal | undefined {
  if (ttlSeconds > LEASE_TTL_SECONDS_MAX) return requestRefusal("lease-ttl");
  return id === 0n || ttlSeconds < 1 ? requestRefusal("lease-operation") : undefined;
}

function putRefusal(put: PutOperation): RequestRefusal | undefined {
  if (put.key.length === 0) return requestRefusal("key-not-provided");
  if (put.ignoreValue && put.value.length > 0) return requestRefusal("value-provided");
  if (put.ignoreLease && put.lease !== 0n) return requestRefusal("lease-provided");
  return undefined;
}

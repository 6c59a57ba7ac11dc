import { messageOf } from "@holdfast/base";
import type {
  CompactOperation,
  Compare,
  CompareResult,
  DeleteRangeOperation,
  PutOperation,
  RangeQuery,
  TxnBranchOperation,
  TxnOperation,
} from "@holdfast/state-machine";
import type { CompactionRequest__Output } from "../generated/etcdserverpb/CompactionRequest.ts";
import type { Compare__Output } from "../generated/etcdserverpb/Compare.ts";
import type { DeleteRangeRequest__Output } from "../generated/etcdserverpb/DeleteRangeRequest.ts";
import type { PutRequest__Output } from "../generated/etcdserverpb/PutRequest.ts";
import type { RangeRequest__Output } from "../generated/etcdserverpb/RangeRequest.ts";
import type { RequestOp__Output } from "../generated/etcdserverpb/RequestOp.ts";
import type { TxnRequest__Output } from "../generated/etcdserverpb/TxnRequest.ts";
import { firstRefusal } from "./first-refusal.ts";
import { RefusedRequestError } from "./refused-request-error.ts";
import { bigintOf, limitOf, lowerBoundOf, revisionOf, upperBoundOf } from "./safe-integer.ts";
import { sortOptionsOf } from "./sort-options.ts";

/** Transactions within each other; etcd's limit of operations allows no more. */
const TXN_DEPTH_MAX = 128;
const NO_BYTES = new Uint8Array(0);

const COMPARE_RESULTS: Readonly<Record<string, CompareResult>> = {
  EQUAL: "equal",
  GREATER: "greater",
  LESS: "less",
  NOT_EQUAL: "not-equal",
};

/** @throws RefusedRequestError for an unknown sort option. */
export function decodeRange(request: RangeRequest__Output): RangeQuery {
  const sort = sortOptionsOf(request);
  if (sort === undefined) {
    throw new RefusedRequestError(
      "INVALID_SORT_OPTION",
      `sort order ${request.sort_order} of target ${request.sort_target} is not known`,
    );
  }
  return {
    key: request.key,
    rangeEnd: request.range_end,
    limit: limitOf(request.limit),
    revision: revisionOf(request.revision),
    ...sort,
    keysOnly: request.keys_only,
    countOnly: request.count_only,
    minModRevision: lowerBoundOf(request.min_mod_revision),
    maxModRevision: upperBoundOf(request.max_mod_revision),
    minCreateRevision: lowerBoundOf(request.min_create_revision),
    maxCreateRevision: upperBoundOf(request.max_create_revision),
  };
}

export function decodePut(request: PutRequest__Output): PutOperation {
  return {
    kind: "put",
    key: request.key,
    value: request.value,
    lease: bigintOf(request.lease),
    prevKv: request.prev_kv,
    ignoreValue: request.ignore_value,
    ignoreLease: request.ignore_lease,
  };
}

export function decodeDeleteRange(request: DeleteRangeRequest__Output): DeleteRangeOperation {
  return {
    kind: "delete-range",
    key: request.key,
    rangeEnd: request.range_end,
    prevKv: request.prev_kv,
  };
}

export function decodeCompaction(request: CompactionRequest__Output): CompactOperation {
  return { kind: "compact", revision: Math.max(-1, revisionOf(request.revision)) };
}

/** @throws RefusedRequestError for what has no meaning in any of its steps, on either branch: the first that etcd finds. */
export function decodeTxn(request: TxnRequest__Output): TxnOperation {
  try {
    return txnAt(request, 1);
  } catch (failure) {
    const first = failure instanceof RefusedRequestError ? firstRefusal(request) : undefined;
    throw first === undefined ? failure : new RefusedRequestError(first, messageOf(failure));
  }
}

/**
 * Whether all steps of a transaction are ranges that may be answered from what one
 * member has applied. One of guards alone is not: nobody said that it may be stale.
 */
export function isSerializableTxn({ success, failure }: TxnRequest__Output): boolean {
  if (success.length + failure.length === 0) return false;
  return success.every(isSerializableRange) && failure.every(isSerializableRange);
}

function isSerializableRange(step: RequestOp__Output): boolean {
  return step.request_range?.serializable === true;
}

function txnAt(request: TxnRequest__Output, depth: number): TxnOperation {
  if (depth > TXN_DEPTH_MAX) {
    throw new RefusedRequestError(
      "TOO_MANY_OPERATIONS",
      `transactions are nested more than ${TXN_DEPTH_MAX} deep`,
    );
  }
  return {
    kind: "txn",
    compares: request.compare.map(decodeCompare),
    success: request.success.map((step) => decodeStep(step, depth)),
    failure: request.failure.map((step) => decodeStep(step, depth)),
  };
}

function decodeStep(step: RequestOp__Output, depth: number): TxnBranchOperation {
  if (step.request_put) return decodePut(step.request_put);
  if (step.request_range) return { kind: "range", query: decodeRange(step.request_range) };
  if (step.request_delete_range) return decodeDeleteRange(step.request_delete_range);
  if (step.request_txn) return txnAt(step.request_txn, depth + 1);
  throw new RefusedRequestError("EMPTY_REQUEST_OP", "a step of a transaction asks for nothing");
}

/** Where the operand is of another kind than the target, it counts as 0 or empty (etcd-v3.md §5.5). */
function decodeCompare(compare: Compare__Output): Compare {
  const result = COMPARE_RESULTS[compare.result];
  if (result === undefined) {
    throw new RefusedRequestError(
      "UNKNOWN_COMPARE",
      `compare result ${compare.result} is not known`,
    );
  }
  const guard = { key: compare.key, rangeEnd: compare.range_end, result };
  switch (compare.target) {
    case "VERSION":
      return { ...guard, target: "version", operand: bigintOf(compare.version ?? "0") };
    case "CREATE":
      return { ...guard, target: "create", operand: bigintOf(compare.create_revision ?? "0") };
    case "MOD":
      return { ...guard, target: "mod", operand: bigintOf(compare.mod_revision ?? "0") };
    case "LEASE":
      return { ...guard, target: "lease", operand: bigintOf(compare.lease ?? "0") };
    case "VALUE":
      return { ...guard, target: "value", operand: compare.value ?? NO_BYTES };
    default:
      throw new RefusedRequestError(
        "UNKNOWN_COMPARE",
        `compare target ${String(compare.target)} is not known`,
      );
  }
}

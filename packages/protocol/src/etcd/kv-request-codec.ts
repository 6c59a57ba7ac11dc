import type {
  CompactOperation,
  Compare,
  CompareResult,
  DeleteRangeOperation,
  PutOperation,
  RangeQuery,
  SortOrder,
  SortTarget,
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
import { RefusedRequestError } from "./refused-request-error.ts";
import { bigintOf, limitOf, revisionOf, upperBoundOf } from "./safe-integer.ts";

/** Transactions within each other; etcd's limit of operations allows no more. */
const TXN_DEPTH_MAX = 128;
const NO_BYTES = new Uint8Array(0);

const SORT_ORDERS: Readonly<Record<string, SortOrder>> = {
  NONE: "none",
  ASCEND: "ascend",
  DESCEND: "descend",
};
const SORT_TARGETS: Readonly<Record<string, SortTarget>> = {
  KEY: "key",
  VERSION: "version",
  CREATE: "create",
  MOD: "mod",
  VALUE: "value",
};
const COMPARE_RESULTS: Readonly<Record<string, CompareResult>> = {
  EQUAL: "equal",
  GREATER: "greater",
  LESS: "less",
  NOT_EQUAL: "not-equal",
};

/** @throws RefusedRequestError for an unknown sort option or a revision above 2^53 - 1. */
export function decodeRange(request: RangeRequest__Output): RangeQuery {
  const sortOrder = SORT_ORDERS[request.sort_order];
  const sortTarget = SORT_TARGETS[request.sort_target];
  if (sortOrder === undefined || sortTarget === undefined) {
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
    sortOrder,
    sortTarget,
    keysOnly: request.keys_only,
    countOnly: request.count_only,
    minModRevision: limitOf(request.min_mod_revision),
    maxModRevision: upperBoundOf(request.max_mod_revision),
    minCreateRevision: limitOf(request.min_create_revision),
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

/** A revision below 0 stays one. @throws RefusedRequestError for a revision above 2^53 - 1. */
export function decodeCompaction(request: CompactionRequest__Output): CompactOperation {
  const revision = request.revision.startsWith("-") ? -1 : revisionOf(request.revision);
  return { kind: "compact", revision };
}

/** @throws RefusedRequestError for what has no meaning in any of its steps, on either branch. */
export function decodeTxn(request: TxnRequest__Output): TxnOperation {
  return txnAt(request, 1);
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

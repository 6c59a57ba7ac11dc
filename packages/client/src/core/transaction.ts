import { emptyBytes } from "@holdfast/base";
import {
  type CompactOperation,
  type Compare,
  type CompareResult,
  type DeleteRangeOperation,
  type PutOperation,
  pointQuery,
  type RangeQuery,
  type TxnBranchOperation,
  type TxnOperation,
  validateOperation,
} from "@holdfast/state-machine";
import { type BytesLike, type KeySelector, toBytes, toKey, toKeyRange } from "./key-selector.ts";
import { toLeaseId } from "./leases/lease-arguments.ts";
import { invalidArgument } from "./request-error.ts";

/** What a range may ask beside its keys. */
export interface RangeSelection {
  /** Entries at most; 0 or absent: no limit. */
  readonly limit?: number;
  /** As the store was at this revision; absent: as it is. */
  readonly revision?: number;
  /** @default "ascend" by key */
  readonly order?: "ascend" | "descend";
  /** @default "key" */
  readonly sortBy?: "key" | "version" | "create" | "mod" | "value";
  /** Leaves the values empty. */
  readonly keysOnly?: boolean;
  /** Counts only; no entries. */
  readonly countOnly?: boolean;
  readonly minModRevision?: number;
  readonly maxModRevision?: number;
  readonly minCreateRevision?: number;
  readonly maxCreateRevision?: number;
}

export interface PutSettings {
  /** The lease to attach; it must exist. */
  readonly lease?: bigint;
  /** Leaves the lease as it is; the key must exist. */
  readonly keepLease?: boolean;
  /** Asks for what it replaces. */
  readonly previous?: boolean;
}

/** A guard: the key's `value`, `version` (0: it does not exist) and so on stands so to the operand. */
export type Comparison = {
  /** A range: every key in it must satisfy it. */
  readonly key: KeySelector;
  /** @default "equal" */
  readonly is?: CompareResult;
} & (
  | { readonly value: BytesLike }
  | { readonly version: number }
  | { readonly createRevision: number }
  | { readonly modRevision: number }
  | { readonly lease: bigint }
);

export type TxnRequestOperation =
  | ({ readonly kind: "put"; readonly key: BytesLike; readonly value: BytesLike } & PutSettings)
  | { readonly kind: "delete"; readonly keys: KeySelector; readonly previous?: boolean }
  | { readonly kind: "get"; readonly key: BytesLike }
  | ({ readonly kind: "range"; readonly keys: KeySelector } & RangeSelection)
  | ({ readonly kind: "txn" } & TxnRequest);

/** If all comparisons hold, does what `then` says, otherwise what `else` says; as one, at one revision. */
export interface TxnRequest {
  readonly compare?: readonly Comparison[];
  readonly then?: readonly TxnRequestOperation[];
  readonly else?: readonly TxnRequestOperation[];
}

type QueryNumber =
  | "limit"
  | "revision"
  | "minModRevision"
  | "maxModRevision"
  | "minCreateRevision"
  | "maxCreateRevision";

/** Limits that a node may set as it likes are left to it; what can never work is refused here. */
const NODE_DECIDES = {
  txnOperationsMax: Number.MAX_SAFE_INTEGER,
  batchOperationsMax: Number.MAX_SAFE_INTEGER,
  requestBytesMax: Number.MAX_SAFE_INTEGER,
} as const;
/** Transactions may stand in one another this deep. */
const TXN_DEPTH_MAX = 8;

/** @throws RequestError `INVALID_ARGUMENT` */
export function toPut(key: BytesLike, value: BytesLike, settings: PutSettings): PutOperation {
  return {
    kind: "put",
    key: toKey(key),
    value: toBytes(value),
    lease: toLeaseId(settings.lease ?? 0n),
    prevKv: settings.previous ?? false,
    ignoreValue: false,
    ignoreLease: settings.keepLease ?? false,
  };
}

/** @throws RequestError `INVALID_ARGUMENT` */
export function toDelete(keys: KeySelector, previous: boolean): DeleteRangeOperation {
  return { kind: "delete-range", ...toKeyRange(keys), prevKv: previous };
}

/** @throws RequestError `INVALID_ARGUMENT` */
export function toCompact(revision: number): CompactOperation {
  if (Number.isSafeInteger(revision) && revision >= 0) return { kind: "compact", revision };
  throw invalidArgument(`a revision is a whole number from 0 on, got ${revision}`);
}

/** @throws RequestError `INVALID_ARGUMENT` */
export function toQuery(keys: KeySelector, selection: RangeSelection): RangeQuery {
  const { order, sortBy } = selection;
  const isSorted = order !== undefined || sortBy !== undefined;
  return {
    ...pointQuery(emptyBytes()),
    ...toKeyRange(keys),
    ...queryNumbers(selection),
    sortOrder: isSorted ? (order ?? "ascend") : "none",
    sortTarget: sortBy ?? "key",
    keysOnly: selection.keysOnly ?? false,
    countOnly: selection.countOnly ?? false,
  };
}

function queryNumbers(selection: RangeSelection): Pick<RangeQuery, QueryNumber> {
  const numberOf = (name: QueryNumber): number => {
    const value = selection[name] ?? 0;
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw invalidArgument(`${name} must be a whole number from 0 on, got ${value}`);
  };
  return {
    limit: numberOf("limit"),
    revision: numberOf("revision"),
    minModRevision: numberOf("minModRevision"),
    maxModRevision: numberOf("maxModRevision"),
    minCreateRevision: numberOf("minCreateRevision"),
    maxCreateRevision: numberOf("maxCreateRevision"),
  };
}

/** @throws RequestError `INVALID_ARGUMENT`, also where a branch touches one key twice. */
export function toTxn(request: TxnRequest): TxnOperation {
  const txn = toNestedTxn(request, 1);
  const refusal = validateOperation(txn, NODE_DECIDES);
  if (refusal !== undefined) throw invalidArgument(refusal.message);
  return txn;
}

function toNestedTxn(request: TxnRequest, depth: number): TxnOperation {
  if (depth > TXN_DEPTH_MAX)
    throw invalidArgument(`transactions nest at most ${TXN_DEPTH_MAX} deep`);
  return {
    kind: "txn",
    compares: (request.compare ?? []).map(toCompare),
    success: (request.then ?? []).map((operation) => toBranchOperation(operation, depth)),
    failure: (request.else ?? []).map((operation) => toBranchOperation(operation, depth)),
  };
}

function toBranchOperation(operation: TxnRequestOperation, depth: number): TxnBranchOperation {
  switch (operation.kind) {
    case "put":
      return toPut(operation.key, operation.value, operation);
    case "delete":
      return toDelete(operation.keys, operation.previous ?? false);
    case "get":
      return { kind: "range", query: pointQuery(toKey(operation.key)) };
    case "range":
      return { kind: "range", query: toQuery(operation.keys, operation) };
    case "txn":
      return toNestedTxn(operation, depth + 1);
  }
}

function toCompare(comparison: Comparison): Compare {
  const head = { ...toKeyRange(comparison.key), result: comparison.is ?? "equal" };
  if ("value" in comparison)
    return { ...head, target: "value", operand: toBytes(comparison.value) };
  if ("lease" in comparison)
    return { ...head, target: "lease", operand: toLeaseId(comparison.lease) };
  if ("version" in comparison)
    return { ...head, target: "version", operand: whole(comparison.version) };
  if ("modRevision" in comparison)
    return { ...head, target: "mod", operand: whole(comparison.modRevision) };
  return { ...head, target: "create", operand: whole(comparison.createRevision) };
}

function whole(operand: number): bigint {
  if (!Number.isSafeInteger(operand))
    throw invalidArgument(`${operand} is no whole number to compare with`);
  return BigInt(operand);
}

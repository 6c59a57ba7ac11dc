import { assert, pause, type Revision, type Steps } from "@holdfast/base";
import type {
  ApplyFailure,
  DeleteRangeOperation,
  PutOperation,
  RangeOperation,
  TxnOperation,
} from "../command.ts";
import { compareSteps } from "../read/compare-steps.ts";
import { readRange } from "../read/range-steps.ts";
import { type StatePoint, txnRevisionRefusal } from "../read/state-point.ts";
import type { ReadRefusal } from "../refusal.ts";
import type { FailedResult, TxnResult } from "../result.ts";
import { deleteCounted } from "./apply-delete-range.ts";
import { putFailure, writePut } from "./apply-put.ts";
import { areTooManyDeletions } from "./revision-deletions.ts";
import type { RevisionWriter } from "./revision-writer.ts";

/** A transaction whose compares have been decided: what will be done. */
interface TakenTxn {
  readonly kind: "taken";
  readonly succeeded: boolean;
  readonly operations: readonly (PutOperation | DeleteRangeOperation | RangeOperation | TakenTxn)[];
}

type BranchResult = TxnResult["responses"][number];

/**
 * Applies a transaction as etcd does (etcd-v3.md §5.5): all compares, also those
 * of nested transactions, are decided on the state before it; what is then to be
 * done is checked on that state too, all puts and then all ranges; only then is anything done.
 */
export function* applyTxn(
  txn: TxnOperation,
  writer: RevisionWriter,
  compactRevision: Revision,
): Steps<TxnResult | FailedResult> {
  const taken = yield* takeBranches(txn, writer);
  const point = { revision: writer.revision, compactRevision };
  const failure =
    failureOf(taken, (operation) => putFailureOf(operation, writer)) ??
    failureOf(taken, (operation) => rangeFailureOf(operation, point));
  if (failure !== undefined) return { kind: "failed", revision: writer.revision, failure };
  if (yield* areTooManyDeletions(deletionsOf(taken), writer)) {
    const tooMany = { reason: "too-many-deletions" } as const;
    return { kind: "failed", revision: writer.revision, failure: tooMany };
  }
  return yield* execute(taken, writer, compactRevision);
}

function* takeBranches(txn: TxnOperation, writer: RevisionWriter): Steps<TakenTxn> {
  const succeeded = yield* compareSteps(txn.compares, writer.records, writer);
  const operations: TakenTxn["operations"][number][] = [];
  for (const operation of succeeded ? txn.success : txn.failure) {
    operations.push(operation.kind === "txn" ? yield* takeBranches(operation, writer) : operation);
  }
  return { kind: "taken", succeeded, operations };
}

type TakenOperation = Exclude<TakenTxn["operations"][number], TakenTxn>;

/** The first failure of any operation, in order, those of nested transactions in their places. */
function failureOf(
  taken: TakenTxn,
  check: (operation: TakenOperation) => ApplyFailure | undefined,
): ApplyFailure | undefined {
  for (const operation of taken.operations) {
    const failure = operation.kind === "taken" ? failureOf(operation, check) : check(operation);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function putFailureOf(operation: TakenOperation, writer: RevisionWriter): ApplyFailure | undefined {
  return operation.kind === "put" ? putFailure(operation, writer) : undefined;
}

function rangeFailureOf(operation: TakenOperation, point: StatePoint): ApplyFailure | undefined {
  if (operation.kind !== "range") return undefined;
  const refusal = txnRevisionRefusal(operation.query, point);
  return refusal === undefined ? undefined : asFailure(refusal);
}

function deletionsOf(taken: TakenTxn): readonly DeleteRangeOperation[] {
  return taken.operations.flatMap((operation) => {
    if (operation.kind === "delete-range") return [operation];
    return operation.kind === "taken" ? deletionsOf(operation) : [];
  });
}

function asFailure(refusal: ReadRefusal): ApplyFailure {
  return refusal.reason === "compacted"
    ? { reason: "compacted", compactRevision: refusal.compactRevision }
    : { reason: "future-revision" };
}

function* execute(
  taken: TakenTxn,
  writer: RevisionWriter,
  compactRevision: Revision,
): Steps<TxnResult> {
  const responses: BranchResult[] = [];
  for (const operation of taken.operations) {
    responses.push(yield* executeOperation(operation, writer, compactRevision));
    if (writer.work.spend()) yield* pause();
  }
  const { succeeded } = taken;
  return { kind: "txn", revision: writer.revision, succeeded, responses };
}

function* executeOperation(
  operation: TakenTxn["operations"][number],
  writer: RevisionWriter,
  compactRevision: Revision,
): Steps<BranchResult> {
  switch (operation.kind) {
    case "put":
      return yield* writePut(operation, writer);
    case "delete-range":
      return yield* deleteCounted(operation, writer);
    case "range": {
      const point = { revision: writer.revision, compactRevision };
      const range = yield* readRange(operation.query, point, writer);
      assert(!("kind" in range), "a range inside a transaction was checked before");
      return { kind: "range", range };
    }
    case "taken":
      return yield* execute(operation, writer, compactRevision);
  }
}

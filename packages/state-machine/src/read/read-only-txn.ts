import type { ByteString, Steps } from "@holdfast/base";
import type { RangeOperation, TxnBranchOperation, TxnOperation } from "../command.ts";
import type { ReadRefusal } from "../refusal.ts";
import type { RangeOperationResult, TxnResult } from "../result.ts";
import type { RowLayout } from "../rows/row-layout.ts";
import { AnswerBudget } from "./answer-budget.ts";
import { addCompareKeys, compareSteps } from "./compare-steps.ts";
import { fetchRecords } from "./fetch-records.ts";
import { readRange } from "./range-steps.ts";
import { type StatePoint, txnRevisionRefusal } from "./state-point.ts";

/** A transaction that changes nothing whichever way its compares fall, so that it needs no log entry. */
export interface ReadOnlyTxn extends TxnOperation {
  readonly success: readonly RangeOperation[];
  readonly failure: readonly RangeOperation[];
}

/** Whether all operations of both branches are ranges; like in etcd a nested transaction counts as a write. */
export function isReadOnlyTxn(txn: TxnOperation): txn is ReadOnlyTxn {
  return txn.success.every(isRange) && txn.failure.every(isRange);
}

/**
 * Answers a transaction that only reads, all of it at one point.
 *
 * @throws AnswerTooLargeError when all its answers weigh more than `answer` has left
 */
export function* readOnlyTxnSteps(
  txn: ReadOnlyTxn,
  point: StatePoint,
  layout: RowLayout,
  answer: AnswerBudget = new AnswerBudget(),
): Steps<TxnResult | ReadRefusal> {
  const source = { layout, open: undefined, answer };
  const keys = new Set<ByteString>();
  addCompareKeys(txn.compares, keys);
  const records = yield* fetchRecords(keys, layout);
  const succeeded = yield* compareSteps(txn.compares, records, source);
  const branch = succeeded ? txn.success : txn.failure;
  for (const { query } of branch) {
    const refusal = txnRevisionRefusal(query, point);
    if (refusal !== undefined) return refusal;
  }
  const responses: RangeOperationResult[] = [];
  for (const { query } of branch) {
    const range = yield* readRange(query, point, source);
    answer.check();
    if ("kind" in range) return range;
    responses.push({ kind: "range", range });
  }
  return { kind: "txn", revision: point.revision, succeeded, responses };
}

function isRange(operation: TxnBranchOperation): operation is RangeOperation {
  return operation.kind === "range";
}

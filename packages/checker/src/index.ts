export type { Counterexample, ToldOperation } from "./counterexample.ts";
export { explain } from "./explain.ts";
export {
  HISTORY_OPERATIONS_MAX,
  HistoryRecorder,
  type HistoryRecorderOptions,
  type OperationUnderWay,
} from "./history-recorder.ts";
export {
  judgeKeyValueHistory,
  type KeyValueHistory,
  type KeyValueJudgement,
  revisionsIn,
} from "./key-value-history.ts";
export {
  checkLinearizable,
  SEARCH_BUDGET,
  type SearchBudget,
  type Verdict,
} from "./linearizable.ts";
export { type Model, REFUSED } from "./model.ts";
export { type KeyState, keyValueModel } from "./models/key-value-model.ts";
export type {
  KeyChange,
  KeyComparison,
  KeyValueInput,
  KeyValueOutput,
  ObservedKey,
} from "./models/key-value-operation.ts";
export {
  type RegisterInput,
  type RegisterOutput,
  type RegisterValue,
  registerModel,
} from "./models/register-model.ts";
export { type TextInput, type TextOutput, textStoreModel } from "./models/text-store-model.ts";
export type { History, Operation } from "./operation.ts";
export { drawCounterexample } from "./pictures/draw-counterexample.ts";
export { drawTransactions } from "./pictures/draw-transactions.ts";
export {
  explainRevisionViolation,
  findRevisionViolation,
  type RevisionObservation,
  type RevisionViolation,
} from "./revision-order.ts";
export type { Anomaly, CycleAnomaly, CycleName, ObservationName } from "./transactions/anomaly.ts";
export { explainTransactions } from "./transactions/explain-transactions.ts";
export {
  checkStrictlySerializable,
  type TransactionVerdict,
} from "./transactions/strictly-serializable.ts";
export type {
  Transaction,
  TransactionHistory,
  TransactionStep,
} from "./transactions/transaction.ts";

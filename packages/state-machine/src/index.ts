export type {
  ApplyFailure,
  CommandBatch,
  Compare,
  CompareResult,
  DeleteRangeOperation,
  Operation,
  PutOperation,
  RangeOperation,
  SessionExpireOperation,
  SessionOpenOperation,
  TxnBranchOperation,
  TxnOperation,
} from "./command.ts";
export type { KeyValue } from "./key-value.ts";
export { pointQuery, type RangeQuery, type RangeResult, type SortOrder, type SortTarget } from "./query.ts";
export type {
  AnswerGoneResult,
  DeleteRangeResult,
  FailedResult,
  OperationResult,
  PutResult,
  RangeOperationResult,
  TxnResult,
} from "./result.ts";

export { ALARMS_MAX } from "./alarms/alarm-table.ts";
export type { AppliedEntry } from "./applied-entry.ts";
export { REVISION_DELETIONS_MAX } from "./apply/revision-deletions.ts";
export type { AppliedEvent } from "./apply/unpublished-changes.ts";
export { type BatchHeader, decodeBatchHeader, SESSION_ID_BYTES } from "./codec/batch-header.ts";
export { decodeBatch, encodeBatch } from "./codec/command-codec.ts";
export { MalformedCommandError } from "./codec/malformed-command-error.ts";
export { FORMAT_VERSION } from "./codec/message-codec.ts";
export { announcedQueries, decodeQueries, encodeQueries } from "./codec/query-codec.ts";
export { encodeRangeResultsSteps } from "./codec/range-results-steps.ts";
export {
  decodeRangeResults,
  decodeResults,
  encodeRangeResults,
  encodeResults,
  isReadRefusal,
  type RangeAnswer,
} from "./codec/result-codec.ts";
export type { CollectionPart } from "./collect/collection-part.ts";
export type {
  Alarm,
  AlarmKind,
  AlarmOperation,
  ApplyFailure,
  CommandBatch,
  CompactOperation,
  Compare,
  CompareResult,
  DeleteRangeOperation,
  LeaseCheckpointOperation,
  LeaseGrantOperation,
  LeaseOperation,
  LeaseRenewOperation,
  LeaseRevokeOperation,
  Operation,
  PutOperation,
  RangeOperation,
  SessionExpireOperation,
  SessionOpenOperation,
  TxnBranchOperation,
  TxnOperation,
} from "./command.ts";
export { type HashKv, hashKvSteps } from "./hash/hash-kv.ts";
export { hashStateSteps } from "./hash/hash-state.ts";
export { RECENT_HASHES } from "./hash/recent-hashes.ts";
export type { KeyValue } from "./key-value.ts";
export { attachedKeysSteps } from "./leases/attached-keys.ts";
export { LEASES_MAX, type Lease, type LeaseObserver } from "./leases/lease-table.ts";
export type { PreparedBatch } from "./prepared-entry.ts";
export {
  pointQuery,
  type RangeQuery,
  type RangeResult,
  type SortOrder,
  type SortTarget,
} from "./query.ts";
export { AnswerBudget, AnswerTooLargeError, REPLY_BYTES_MAX } from "./read/answer-budget.ts";
export { type HistoryPage, type HistoryPageLimits, historyPageSteps } from "./read/history-page.ts";
export {
  type ChangeWithBefore,
  isFirstVersion,
  previousPairsSteps,
} from "./read/previous-pairs.ts";
export { rangePageSteps } from "./read/range-page.ts";
export { rangeSteps } from "./read/range-steps.ts";
export { isReadOnlyTxn, type ReadOnlyTxn, readOnlyTxnSteps } from "./read/read-only-txn.ts";
export type { StatePoint } from "./read/state-point.ts";
export {
  compactedRefusal,
  describeFailure,
  type ReadRefusal,
  type RefusalCode,
  type RequestRefusal,
  type RequestRefusalReason,
  requestRefusal,
} from "./refusal.ts";
export type {
  AnswerGoneResult,
  DeleteRangeResult,
  FailedResult,
  LeaseResult,
  OperationResult,
  PutResult,
  RangeOperationResult,
  TxnResult,
} from "./result.ts";
export type { BlockEvent } from "./rows/block.ts";
export { DamagedRowError } from "./rows/damaged-row-error.ts";
export { isEmptyRange, keyRange } from "./rows/key-range.ts";
export { decodeMeta, type StateMeta } from "./rows/meta-row.ts";
export { restoredRow } from "./rows/restored-row.ts";
export { type KeyRange, type RowLayout, rowLayout } from "./rows/row-layout.ts";
export { type IdleSession, SESSIONS_MAX } from "./sessions/session-table.ts";
export { StateMachine } from "./state-machine.ts";
export type { PublishedRevisions, StateMachineOptions } from "./state-machine-options.ts";
export { LEASE_IDS_MAX, LEASE_TTL_SECONDS_MAX } from "./validate/lease-limits.ts";
export { operationBytes } from "./validate/operation-bytes.ts";
export {
  BATCH_ARRAYS_MAX,
  DEFAULT_OPERATION_LIMITS,
  type OperationLimits,
  REQUEST_PARTS_MAX,
  SESSION_WINDOW,
} from "./validate/operation-limits.ts";
export { type BatchRefusal, validateBatch } from "./validate/validate-batch.ts";
export { validateOperation } from "./validate/validate-operation.ts";
export { validateQuery } from "./validate/validate-query.ts";

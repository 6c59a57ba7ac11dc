import type { ApplyFailure } from "../command.ts";
import type { KeyValue } from "../key-value.ts";
import type { RangeResult } from "../query.ts";
import { compactedRefusal, futureRefusal, type ReadRefusal } from "../refusal.ts";
import type { OperationResult, RangeOperationResult, TxnResult } from "../result.ts";
import { alarmResultFields, readAlarmResult } from "./alarm-codec.ts";
import { isLeaseResult, leaseResultFields, readLeaseResult } from "./lease-codec.ts";
import { MalformedCommandError } from "./malformed-command-error.ts";
import {
  ALARM_FORMAT_VERSION,
  COMPACT_FORMAT_VERSION,
  decodeMessage,
  encodeMessage,
  FORMAT_VERSION,
  LEASE_FORMAT_VERSION,
  type MessageField,
  wholeBigint,
  wholeNumber,
} from "./message-codec.ts";
import {
  booleanAt,
  bytesAt,
  choiceAt,
  countAt,
  type Fields,
  fieldsOf,
  integerAt,
  listOf,
  optionalBigintAt,
  readEach,
} from "./message-fields.ts";

/** What one of several queries is answered with; a refusal has a `kind`, a result has none. */
export type RangeAnswer = RangeResult | ReadRefusal;

type BranchResult = TxnResult["responses"][number];

const PUT = 0;
const DELETE_RANGE = 1;
const RANGE = 2;
const TXN = 3;
const SESSION_OPEN = 4;
const SESSION_EXPIRE = 5;
const FAILED = 6;
const ANSWER_GONE = 7;
const COMPACT = 8;

/** Their numbers are their places here; new ones are added at the end. */
const FAILURE_REASONS: readonly ApplyFailure["reason"][] = [
  "lease-not-found",
  "key-not-found",
  "compacted",
  "future-revision",
  "session-expired",
  "too-many-sessions",
  "sequence-forgotten",
  "sequence-beyond-window",
  "malformed",
  "too-many-deletions",
  "lease-exists",
  "too-many-leases",
  "lease-full",
  "expiry-overtaken",
  "no-space",
  "corrupt",
  "too-many-alarms",
];
/** The first reasons of each version, the newest version first. */
const FIRST_REASONS: readonly (readonly [ApplyFailure["reason"], number])[] = [
  ["no-space", ALARM_FORMAT_VERSION],
  ["lease-exists", LEASE_FORMAT_VERSION],
  ["too-many-deletions", COMPACT_FORMAT_VERSION],
];
const REFUSAL_REASONS: readonly ReadRefusal["reason"][] = ["compacted", "future-revision"];

/** Encodes the answers to a batch: `Results` of docs/command-format.md. */
export function encodeResults(results: readonly OperationResult[]): Uint8Array {
  return encodeMessage(results.map(resultFields), resultsVersion(results));
}

/**
 * Reads what {@link encodeResults} writes; keys and values are views of `bytes`.
 *
 * @throws MalformedCommandError on anything else
 */
export function decodeResults(bytes: Uint8Array): readonly OperationResult[] {
  const results = readEach(decodeMessage(bytes), "result", readResult);
  const version = bytes[0] ?? 0;
  if (version < resultsVersion(results)) {
    throw new MalformedCommandError(`a result that version ${version} does not have`);
  }
  return results;
}

/** The oldest version that has a form for all of them. */
function resultsVersion(results: readonly OperationResult[]): number {
  let version = FORMAT_VERSION;
  for (const result of results) version = Math.max(version, resultVersion(result));
  return version;
}

/** The oldest version that has a form for it. */
function resultVersion(result: OperationResult): number {
  if (result.kind === "failed") return reasonVersion(result.failure.reason);
  if (result.kind === "alarm") return ALARM_FORMAT_VERSION;
  if (isLeaseResult(result)) return LEASE_FORMAT_VERSION;
  return result.kind === "compact" ? COMPACT_FORMAT_VERSION : FORMAT_VERSION;
}

function reasonVersion(reason: ApplyFailure["reason"]): number {
  const place = FAILURE_REASONS.indexOf(reason);
  const found = FIRST_REASONS.find(([first]) => place >= FAILURE_REASONS.indexOf(first));
  return found?.[1] ?? FORMAT_VERSION;
}

/** Encodes the answers to queries: `RangeResults` of docs/command-format.md. */
export function encodeRangeResults(answers: readonly RangeAnswer[]): Uint8Array {
  return encodeMessage(answers.map(answerFields));
}

/**
 * Reads what {@link encodeRangeResults} writes; keys and values are views of `bytes`.
 *
 * @throws MalformedCommandError on anything else
 */
export function decodeRangeResults(bytes: Uint8Array): readonly RangeAnswer[] {
  return readEach(decodeMessage(bytes), "range result", readAnswer);
}

/** Whether a query was refused rather than answered. */
export function isReadRefusal(answer: RangeAnswer): answer is ReadRefusal {
  return "kind" in answer;
}

function resultFields(result: OperationResult | RangeOperationResult): MessageField[] {
  switch (result.kind) {
    case "put":
      return result.prevKv === undefined
        ? [PUT, wholeNumber(result.revision)]
        : [PUT, wholeNumber(result.revision), keyValueFields(result.prevKv)];
    case "delete-range": {
      const fields = [DELETE_RANGE, wholeNumber(result.revision), wholeNumber(result.deleted)];
      if (result.prevKvs.length === 0) return fields;
      return [...fields, result.prevKvs.map(keyValueFields)];
    }
    case "range":
      return [RANGE, rangeFields(result.range)];
    case "txn":
      return [
        TXN,
        wholeNumber(result.revision),
        result.succeeded,
        result.responses.map(resultFields),
      ];
    case "compact":
      return [COMPACT, wholeNumber(result.revision)];
    case "session-open":
      return [SESSION_OPEN, wholeNumber(result.revision)];
    case "session-expire":
      return [SESSION_EXPIRE, wholeNumber(result.revision)];
    case "failed":
      return [FAILED, wholeNumber(result.revision), ...failureFields(result.failure)];
    case "answer-gone":
      return [ANSWER_GONE, wholeNumber(result.revision)];
    case "alarm":
      return alarmResultFields(result);
    default:
      return leaseResultFields(result);
  }
}

function failureFields(failure: ApplyFailure): MessageField[] {
  const reason = FAILURE_REASONS.indexOf(failure.reason);
  return failure.reason === "compacted" ? [reason, wholeNumber(failure.compactRevision)] : [reason];
}

export function answerFields(answer: RangeAnswer): MessageField[] {
  if (!isReadRefusal(answer)) return rangeFields(answer);
  const reason = REFUSAL_REASONS.indexOf(answer.reason);
  return answer.reason === "compacted" ? [reason, wholeNumber(answer.compactRevision)] : [reason];
}

function rangeFields(range: RangeResult): MessageField[] {
  return [...rangeHead(range), range.kvs.map(keyValueFields)];
}

/** All fields of a range but its pairs, which are the last. */
export function rangeHead(range: RangeResult): MessageField[] {
  return [wholeNumber(range.revision), wholeNumber(range.count), range.more];
}

export function keyValueFields(kv: KeyValue): MessageField[] {
  const fields: MessageField[] = [
    kv.key,
    kv.value,
    wholeNumber(kv.createRevision),
    wholeNumber(kv.modRevision),
    wholeNumber(kv.version),
  ];
  if (kv.lease !== 0n) fields.push(wholeBigint(kv.lease));
  return fields;
}

function readResult(value: unknown): OperationResult {
  const fields = fieldsOf(value, "result", { min: 2, max: 4 });
  switch (fields[0]) {
    case COMPACT:
      return { kind: "compact", revision: countAt(fields, 1, "revision") };
    case SESSION_OPEN:
      return { kind: "session-open", revision: countAt(fields, 1, "revision") };
    case SESSION_EXPIRE:
      return { kind: "session-expire", revision: countAt(fields, 1, "revision") };
    case FAILED:
      return {
        kind: "failed",
        revision: countAt(fields, 1, "revision"),
        failure: readFailure(fields),
      };
    case ANSWER_GONE:
      return { kind: "answer-gone", revision: countAt(fields, 1, "revision") };
    case RANGE:
      throw new MalformedCommandError("kind: a range is no result of a batch");
    default:
      return readAlarmResult(fields) ?? readLeaseResult(fields) ?? readWriteResult(fields);
  }
}

function readBranchResult(value: unknown): BranchResult {
  const fields = fieldsOf(value, "result", { min: 2, max: 4 });
  if (fields[0] === RANGE) return { kind: "range", range: readRange(fields[1]) };
  return readWriteResult(fields);
}

function readWriteResult(fields: Fields): Exclude<BranchResult, RangeOperationResult> {
  const revision = countAt(fields, 1, "revision");
  switch (fields[0]) {
    case PUT: {
      const prevKv = fields.length > 2 ? readKeyValue(fields[2]) : undefined;
      return { kind: "put", revision, prevKv };
    }
    case DELETE_RANGE: {
      const deleted = countAt(fields, 2, "deleted");
      const prevKvs = fields.length > 3 ? listOf(fields[3], "previous").map(readKeyValue) : [];
      return { kind: "delete-range", revision, deleted, prevKvs };
    }
    case TXN: {
      const succeeded = booleanAt(fields, 2, "succeeded");
      const responses = listOf(fields[3], "responses").map((one) => readBranchResult(one));
      return { kind: "txn", revision, succeeded, responses };
    }
    default:
      throw new MalformedCommandError(`kind: ${String(fields[0])} is not known`);
  }
}

function readFailure(fields: Fields): ApplyFailure {
  fieldsOf(fields, "failure", { min: 3, max: 4 });
  const reason = choiceAt(fields, 2, "reason", FAILURE_REASONS);
  return reason === "compacted"
    ? { reason, compactRevision: integerAt(fields, 3, "compact revision") }
    : { reason };
}

function readAnswer(value: unknown): RangeAnswer {
  const fields = fieldsOf(value, "range result", { min: 1, max: 4 });
  if (fields.length > 2) return readRange(fields);
  return choiceAt(fields, 0, "reason", REFUSAL_REASONS) === "compacted"
    ? compactedRefusal(integerAt(fields, 1, "compact revision"))
    : futureRefusal();
}

function readRange(value: unknown): RangeResult {
  const fields = fieldsOf(value, "range", { min: 4, max: 4 });
  return {
    revision: countAt(fields, 0, "revision"),
    count: countAt(fields, 1, "count"),
    more: booleanAt(fields, 2, "more"),
    kvs: listOf(fields[3], "pairs").map(readKeyValue),
  };
}

function readKeyValue(value: unknown): KeyValue {
  const fields = fieldsOf(value, "pair", { min: 5, max: 6 });
  return {
    key: bytesAt(fields, 0, "key"),
    value: bytesAt(fields, 1, "value"),
    createRevision: countAt(fields, 2, "create revision"),
    modRevision: countAt(fields, 3, "mod revision"),
    version: countAt(fields, 4, "version"),
    lease: optionalBigintAt(fields, 5, "lease", 0n),
  };
}

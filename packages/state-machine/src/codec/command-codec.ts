import { emptyBytes } from "@holdfast/base";
import type {
  CommandBatch,
  CompactOperation,
  Compare,
  CompareResult,
  DeleteRangeOperation,
  Operation,
  PutOperation,
  SessionExpireOperation,
  TxnBranchOperation,
  TxnOperation,
} from "../command.ts";
import { alarmFields, readAlarmOperation } from "./alarm-codec.ts";
import { decodeBatchHeader } from "./batch-header.ts";
import { leaseFields, readLeaseOperation } from "./lease-codec.ts";
import { MalformedCommandError } from "./malformed-command-error.ts";
import {
  ALARM_FORMAT_VERSION,
  COMPACT_FORMAT_VERSION,
  decodeMessage,
  encodeMessage,
  FORMAT_VERSION,
  LEASE_FORMAT_VERSION,
  type MessageField,
  SESSION_FENCE_FORMAT_VERSION,
  wholeBigint,
  wholeNumber,
} from "./message-codec.ts";
import {
  bigintAt,
  bytesAt,
  choiceAt,
  countAt,
  type Fields,
  fieldsOf,
  flagsAt,
  listOf,
  optionalBigintAt,
  optionalBytesAt,
  readEach,
} from "./message-fields.ts";
import { queryFields, readQuery } from "./query-codec.ts";

const PUT = 0;
const DELETE_RANGE = 1;
const RANGE = 2;
const TXN = 3;
const SESSION_OPEN = 4;
const SESSION_EXPIRE = 5;
const COMPACT = 6;

const PUT_PREV_KV = 1;
const PUT_IGNORE_VALUE = 2;
const PUT_IGNORE_LEASE = 4;
const PUT_FLAGS: number = PUT_PREV_KV | PUT_IGNORE_VALUE | PUT_IGNORE_LEASE;
const DELETE_PREV_KV = 1;

/** The numbers are etcd's. */
const COMPARE_TARGETS = ["version", "create", "mod", "value", "lease"] as const;
const COMPARE_RESULTS: readonly CompareResult[] = ["equal", "greater", "less", "not-equal"];

const NO_BYTES: Uint8Array = emptyBytes();
const PUT_BOUNDS = { min: 3, max: 5 } as const;
const DELETE_RANGE_BOUNDS = { min: 2, max: 4 } as const;
const RANGE_BOUNDS = { min: 2, max: 2 } as const;
const COMPARE_BOUNDS = { min: 4, max: 5 } as const;
const TXN_BOUNDS = { min: 4, max: 4 } as const;
const SESSION_OPEN_BOUNDS = { min: 1, max: 1 } as const;
const FENCED_OPEN_BOUNDS = { min: 2, max: 2 } as const;
const SESSION_EXPIRE_BOUNDS = { min: 2, max: 2 } as const;
const COMPACT_BOUNDS = { min: 2, max: 2 } as const;

/** By the version of the message. */
const READERS: Readonly<Record<number, (value: unknown) => Operation>> = {
  [FORMAT_VERSION]: readOperation,
  [COMPACT_FORMAT_VERSION]: readNewerOperation,
  [LEASE_FORMAT_VERSION]: readLeaseAgeOperation,
  [ALARM_FORMAT_VERSION]: readAlarmAgeOperation,
  [SESSION_FENCE_FORMAT_VERSION]: readNewestOperation,
};

/** Encodes a batch: `CommandBatch` of docs/command-format.md. */
export function encodeBatch(batch: CommandBatch): Uint8Array {
  return encodeMessage(
    [
      batch.session,
      wholeNumber(batch.firstSequence),
      wholeNumber(batch.ackedBelow),
      batch.operations.map(operationFields),
    ],
    batchVersion(batch.operations),
  );
}

/**
 * Reads what {@link encodeBatch} writes; keys and values are views of `bytes`.
 *
 * Only the form is checked, the same on every replica whatever its limits;
 * `validateBatch` checks what the operations say. Whoever takes bytes of a stranger
 * gives `arraysMax` ({@link BATCH_ARRAYS_MAX}), so that they are refused before they
 * cost much.
 *
 * @throws MalformedCommandError on anything else
 */
export function decodeBatch(
  bytes: Uint8Array,
  bounds: { readonly arraysMax?: number } = {},
): CommandBatch {
  const fields = fieldsOf(decodeMessage(bytes, bounds.arraysMax), "batch", { min: 4, max: 4 });
  const header = decodeBatchHeader(bytes);
  if (header === undefined) {
    throw new MalformedCommandError(
      "head: expected a session of 16 bytes and a first sequence, in their shortest form",
    );
  }
  const { session, firstSequence } = header;
  const encoded = listOf(fields[3], "operations");
  if (!Number.isSafeInteger(firstSequence + encoded.length)) {
    throw new MalformedCommandError("first sequence: the batch would reach beyond 2^53");
  }
  // What a message's version does not have is malformed to the software of that version, and so it is to this one.
  const read = READERS[bytes[0] ?? 0] ?? readOperation;
  const operations = readEach(encoded, "operation", read);
  return { session, firstSequence, ackedBelow: countAt(fields, 2, "acked below"), operations };
}

/** The oldest version that has all of `operations`. */
function batchVersion(operations: readonly Operation[]): number {
  let version = FORMAT_VERSION;
  for (const operation of operations) {
    const { kind } = operation;
    if (kind === "session-open" && operation.behind !== undefined)
      return SESSION_FENCE_FORMAT_VERSION;
    if (kind === "alarm") return ALARM_FORMAT_VERSION;
    if (kind.startsWith("lease-")) version = LEASE_FORMAT_VERSION;
    else if (kind === "compact") version = Math.max(version, COMPACT_FORMAT_VERSION);
  }
  return version;
}

/** Encodes one operation of a transaction's branch, or of a batch. */
function operationFields(operation: Operation | TxnBranchOperation): MessageField[] {
  switch (operation.kind) {
    case "put":
      return putFields(operation);
    case "delete-range":
      return deleteRangeFields(operation);
    case "range":
      return [RANGE, queryFields(operation.query)];
    case "txn":
      return [
        TXN,
        operation.compares.map(compareFields),
        operation.success.map(operationFields),
        operation.failure.map(operationFields),
      ];
    case "compact":
      return [COMPACT, wholeNumber(operation.revision)];
    case "session-open":
      return operation.behind === undefined
        ? [SESSION_OPEN]
        : [SESSION_OPEN, wholeNumber(operation.behind)];
    case "session-expire":
      return [
        SESSION_EXPIRE,
        operation.sessions.map((one) => [one.session, wholeNumber(one.idleSince)]),
      ];
    case "alarm":
      return alarmFields(operation);
    default:
      return leaseFields(operation);
  }
}

function putFields(put: PutOperation): MessageField[] {
  const flags =
    (put.prevKv ? PUT_PREV_KV : 0) |
    (put.ignoreValue ? PUT_IGNORE_VALUE : 0) |
    (put.ignoreLease ? PUT_IGNORE_LEASE : 0);
  if (put.lease !== 0n) return [PUT, put.key, put.value, flags, wholeBigint(put.lease)];
  return flags === 0 ? [PUT, put.key, put.value] : [PUT, put.key, put.value, flags];
}

function deleteRangeFields(operation: DeleteRangeOperation): MessageField[] {
  const { key, rangeEnd } = operation;
  if (operation.prevKv) return [DELETE_RANGE, key, rangeEnd, DELETE_PREV_KV];
  return rangeEnd.length === 0 ? [DELETE_RANGE, key] : [DELETE_RANGE, key, rangeEnd];
}

function compareFields(compare: Compare): MessageField[] {
  const fields: MessageField[] = [
    COMPARE_TARGETS.indexOf(compare.target),
    COMPARE_RESULTS.indexOf(compare.result),
    compare.key,
    compare.target === "value" ? compare.operand : wholeBigint(compare.operand),
  ];
  if (compare.rangeEnd.length > 0) fields.push(compare.rangeEnd);
  return fields;
}

/** An operation of version 2. */
function readNewerOperation(value: unknown): Operation {
  const fields = listOf(value, "operation");
  return fields[0] === COMPACT ? readCompact(fields) : readOperation(fields);
}

/** An operation of version 3. */
function readLeaseAgeOperation(value: unknown): Operation {
  return readLeaseOperation(listOf(value, "operation")) ?? readNewerOperation(value);
}

/** An operation of version 4. */
function readAlarmAgeOperation(value: unknown): Operation {
  return readAlarmOperation(listOf(value, "operation")) ?? readLeaseAgeOperation(value);
}

/** An operation of version 5. */
function readNewestOperation(value: unknown): Operation {
  const fields = listOf(value, "operation");
  if (fields[0] !== SESSION_OPEN || fields.length === 1) return readAlarmAgeOperation(value);
  const fenced = fieldsOf(fields, "session-open", FENCED_OPEN_BOUNDS);
  return { kind: "session-open", behind: countAt(fenced, 1, "behind") };
}

function readOperation(value: unknown): Operation {
  const fields = listOf(value, "operation");
  switch (fields[0]) {
    case PUT:
      return readPut(fields);
    case DELETE_RANGE:
      return readDeleteRange(fields);
    case TXN:
      return readTxn(fields);
    case SESSION_OPEN:
      fieldsOf(fields, "session-open", SESSION_OPEN_BOUNDS);
      return { kind: "session-open" };
    case SESSION_EXPIRE:
      return readSessionExpire(fields);
    default:
      throw new MalformedCommandError(`kind: ${String(fields[0])} is none of a batch`);
  }
}

function readBranchOperation(value: unknown): TxnBranchOperation {
  const fields = listOf(value, "operation");
  switch (fields[0]) {
    case PUT:
      return readPut(fields);
    case DELETE_RANGE:
      return readDeleteRange(fields);
    case RANGE:
      fieldsOf(fields, "range", RANGE_BOUNDS);
      return { kind: "range", query: readQuery(fields[1]) };
    case TXN:
      return readTxn(fields);
    default:
      throw new MalformedCommandError(`kind: ${String(fields[0])} is none of a transaction`);
  }
}

function readPut(fields: Fields): PutOperation {
  fieldsOf(fields, "put", PUT_BOUNDS);
  const flags = fields.length > 3 ? flagsAt(fields, 3, "flags", PUT_FLAGS) : 0;
  return {
    kind: "put",
    key: bytesAt(fields, 1, "key"),
    value: bytesAt(fields, 2, "value"),
    lease: optionalBigintAt(fields, 4, "lease", 0n),
    prevKv: (flags & PUT_PREV_KV) !== 0,
    ignoreValue: (flags & PUT_IGNORE_VALUE) !== 0,
    ignoreLease: (flags & PUT_IGNORE_LEASE) !== 0,
  };
}

function readDeleteRange(fields: Fields): DeleteRangeOperation {
  fieldsOf(fields, "delete-range", DELETE_RANGE_BOUNDS);
  return {
    kind: "delete-range",
    key: bytesAt(fields, 1, "key"),
    rangeEnd: optionalBytesAt(fields, 2, "range end", NO_BYTES),
    prevKv: flagsAt(fields, 3, "flags", DELETE_PREV_KV) !== 0,
  };
}

function readTxn(fields: Fields): TxnOperation {
  fieldsOf(fields, "txn", TXN_BOUNDS);
  return {
    kind: "txn",
    compares: readEach(listOf(fields[1], "compares"), "compare", readCompare),
    success: readBranch(fields[2], "success"),
    failure: readBranch(fields[3], "failure"),
  };
}

function readBranch(value: unknown, what: string): readonly TxnBranchOperation[] {
  return listOf(value, what).map((operation) => readBranchOperation(operation));
}

function readCompare(value: unknown): Compare {
  const fields = fieldsOf(value, "compare", COMPARE_BOUNDS);
  const target = choiceAt(fields, 0, "target", COMPARE_TARGETS);
  const result = choiceAt(fields, 1, "result", COMPARE_RESULTS);
  const key = bytesAt(fields, 2, "key");
  const rangeEnd = optionalBytesAt(fields, 4, "range end", NO_BYTES);
  return target === "value"
    ? { key, rangeEnd, result, target, operand: bytesAt(fields, 3, "operand") }
    : { key, rangeEnd, result, target, operand: bigintAt(fields, 3, "operand") };
}

function readCompact(fields: Fields): CompactOperation {
  fieldsOf(fields, "compact", COMPACT_BOUNDS);
  return { kind: "compact", revision: countAt(fields, 1, "revision") };
}

function readSessionExpire(fields: Fields): SessionExpireOperation {
  fieldsOf(fields, "session-expire", SESSION_EXPIRE_BOUNDS);
  const sessions = listOf(fields[1], "sessions").map((value) => {
    const one = fieldsOf(value, "idle session", { min: 2, max: 2 });
    return { session: bytesAt(one, 0, "session"), idleSince: countAt(one, 1, "idle since") };
  });
  return { kind: "session-expire", sessions };
}

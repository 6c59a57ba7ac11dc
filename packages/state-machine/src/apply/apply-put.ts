import { emptyBytes, type Steps, toByteString } from "@holdfast/base";
import type { ApplyFailure, PutOperation } from "../command.ts";
import type { KeyValue } from "../key-value.ts";
import { toPair, withValues } from "../read/range-steps.ts";
import type { FailedResult, PutResult } from "../result.ts";
import type { RevisionWriter } from "./revision-writer.ts";

/** Applies a put that stands alone. Its key was fetched ahead. */
export function* applyPut(
  put: PutOperation,
  writer: RevisionWriter,
): Steps<PutResult | FailedResult> {
  const failure = leaseFailure(put, writer) ?? keyFailure(put, writer);
  if (failure !== undefined) return { kind: "failed", revision: writer.revision, failure };
  return yield* writePut(put, writer);
}

/** Why a put of a transaction cannot be: asked of the state before the transaction. */
export function putFailure(put: PutOperation, writer: RevisionWriter): ApplyFailure | undefined {
  return keyFailure(put, writer) ?? leaseFailure(put, writer);
}

/** Writes a put whose checks have passed. */
export function* writePut(put: PutOperation, writer: RevisionWriter): Steps<PutResult> {
  const key = toByteString(put.key);
  const previous = writer.records.get(key);
  let prevKv: KeyValue | undefined;
  let value = put.value;
  if (previous === undefined) {
    if (put.ignoreValue) value = emptyBytes();
  } else if (put.ignoreValue || (put.prevKv && !writer.answer.isExceeded)) {
    const [full] = yield* withValues(writer, [{ ...previous, key }]);
    const before = full?.value ?? emptyBytes();
    if (put.ignoreValue) value = before;
    if (put.prevKv) {
      prevKv = toPair({ ...previous, key }, before);
      writer.answer.spendPair(key.length, before.length);
    }
  }
  const lease = put.ignoreLease ? (previous?.lease ?? 0n) : put.lease;
  writer.put(key, previous, { key: put.key, value, lease });
  return { kind: "put", revision: writer.revision, prevKv };
}

function keyFailure(put: PutOperation, writer: RevisionWriter): ApplyFailure | undefined {
  const needsKey = put.ignoreValue || put.ignoreLease;
  if (!needsKey || writer.records.get(toByteString(put.key)) !== undefined) return undefined;
  return { reason: "key-not-found" };
}

/**
 * All keys of a lease go in one revision, so no more may hang on it than one may delete. What a
 * transaction puts itself is not seen, as with its deletions (revision-deletions.ts).
 */
function leaseFailure(put: PutOperation, writer: RevisionWriter): ApplyFailure | undefined {
  if (put.lease === 0n) return undefined;
  const lease = writer.leases.find(put.lease);
  if (lease === undefined) return { reason: "lease-not-found" };
  if (lease.keys < writer.deletionsMax) return undefined;
  const hangsOn = writer.records.get(toByteString(put.key))?.lease;
  return hangsOn === put.lease ? undefined : { reason: "lease-full" };
}

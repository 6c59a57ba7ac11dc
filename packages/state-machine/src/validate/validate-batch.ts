import { SESSION_ID_BYTES } from "../codec/batch-header.ts";
import type { CommandBatch } from "../command.ts";
import { type RequestRefusal, requestRefusal } from "../refusal.ts";
import { operationBytes } from "./operation-bytes.ts";
import { type OperationLimits, SESSION_WINDOW } from "./operation-limits.ts";
import { refusalOf } from "./validate-operation.ts";

/** Why a batch was refused as a whole; `operation` is the position of the one at fault, if it is one. */
export type BatchRefusal = RequestRefusal & { readonly operation: number | undefined };

/**
 * Why a client's batch cannot be proposed; `undefined` when it can. A session is
 * opened by a batch of its own, and expired by the leader only.
 */
export function validateBatch(
  batch: CommandBatch,
  limits: OperationLimits,
): BatchRefusal | undefined {
  const { operations } = batch;
  if (batch.session.length !== SESSION_ID_BYTES) return whole("session-id");
  if (operations.length < 1 || operations.length > limits.batchOperationsMax) {
    return whole("batch-size");
  }
  if (batch.firstSequence + operations.length > batch.ackedBelow + SESSION_WINDOW) {
    return whole("sequence-beyond-window");
  }
  let bytes = 0;
  for (const [position, operation] of operations.entries()) {
    if (operation.kind === "session-open" && operations.length > 1) {
      return whole("session-operation");
    }
    const refusal = refusalOf(operation, limits);
    if (refusal !== undefined) return { ...refusal, operation: position };
    bytes += operationBytes(operation);
  }
  return bytes > limits.requestBytesMax ? whole("request-too-large") : undefined;
}

function whole(reason: RequestRefusal["reason"]): BatchRefusal {
  return { ...requestRefusal(reason), operation: undefined };
}

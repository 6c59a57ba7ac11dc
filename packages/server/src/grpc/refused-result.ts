import {
  statusOfAnswerGone,
  statusOfFailure,
  statusOfRefusal,
  type WireStatus,
} from "@holdfast/protocol";
import type { LeaseGranted } from "@holdfast/service";
import type { OperationResult, RangeAnswer, RequestRefusal } from "@holdfast/state-machine";

/** What is answered where nothing came of a request: it was refused, it failed, or its answer is forgotten. */
export function refusalOf(
  result: RequestRefusal | OperationResult | RangeAnswer | LeaseGranted,
): WireStatus | undefined {
  if (!("kind" in result)) return undefined;
  switch (result.kind) {
    case "refusal":
      return statusOfRefusal(result);
    case "failed":
      return statusOfFailure(result.failure);
    case "answer-gone":
      return statusOfAnswerGone(result.revision);
    default:
      return undefined;
  }
}

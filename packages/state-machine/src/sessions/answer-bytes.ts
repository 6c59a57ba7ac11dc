import type { KeyValue } from "../key-value.ts";
import type { OperationResult, RangeOperationResult } from "../result.ts";

/** An answer up to this weight is kept for a session that asks again (decision 18). */
export const ANSWER_BYTES_MAX = 1024;

const RESULT_OVERHEAD_BYTES = 16;
const PAIR_OVERHEAD_BYTES = 32;
const TTL_BYTES = 8;

/**
 * What an answer weighs, bytes; about what it takes encoded. Every replica must
 * keep the same answers, so this is part of the state's format.
 */
export function answerBytes(result: OperationResult | RangeOperationResult): number {
  switch (result.kind) {
    case "put":
      return RESULT_OVERHEAD_BYTES + (result.prevKv === undefined ? 0 : pairBytes(result.prevKv));
    case "delete-range":
      return RESULT_OVERHEAD_BYTES + pairsBytes(result.prevKvs);
    case "range":
      return RESULT_OVERHEAD_BYTES + pairsBytes(result.range.kvs);
    case "txn":
      return result.responses.reduce(
        (bytes, response) => bytes + answerBytes(response),
        RESULT_OVERHEAD_BYTES,
      );
    case "lease-renew":
      return RESULT_OVERHEAD_BYTES + TTL_BYTES * result.ttls.length;
    default:
      return RESULT_OVERHEAD_BYTES;
  }
}

/** What is kept of an answer: itself, or where it was applied. */
export function keptAnswer(result: OperationResult): OperationResult {
  return answerBytes(result) <= ANSWER_BYTES_MAX
    ? result
    : { kind: "answer-gone", revision: result.revision };
}

function pairsBytes(pairs: readonly KeyValue[]): number {
  return pairs.reduce((bytes, pair) => bytes + pairBytes(pair), 0);
}

function pairBytes(pair: KeyValue): number {
  return PAIR_OVERHEAD_BYTES + pair.key.length + pair.value.length;
}

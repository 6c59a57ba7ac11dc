import type { Steps } from "@holdfast/base";
import type { ReadPoint } from "@holdfast/replica";
import {
  decodeQueries,
  encodeRangeResults,
  isReadRefusal,
  type RangeAnswer,
  type RangeQuery,
  type RowLayout,
  rangeSteps,
  validateQuery,
} from "@holdfast/state-machine";
import { SessionRefusedError } from "./session-errors.ts";
import type { SessionLimits } from "./session-messages.ts";

/**
 * The queries of a turn, checked.
 *
 * @throws MalformedCommandError, SessionRefusedError
 */
export function readQueries(bytes: Uint8Array, limits: SessionLimits): readonly RangeQuery[] {
  const queries = decodeQueries(bytes);
  if (queries.length > limits.queriesMax) {
    throw new SessionRefusedError(
      "TOO_MANY_QUERIES",
      `a turn asks ${queries.length} queries; at most ${limits.queriesMax} are answered at once`,
    );
  }
  for (const [at, query] of queries.entries()) {
    const refusal = validateQuery(query);
    if (refusal !== undefined) {
      throw new SessionRefusedError("INVALID_REQUEST", `query ${at}: ${refusal.message}`);
    }
  }
  return queries;
}

/** Answers all queries of a turn from one state and encodes the answers. */
export function* answerQueries(
  queries: readonly RangeQuery[],
  point: ReadPoint,
  layout: RowLayout,
  limits: SessionLimits,
): Steps<Uint8Array> {
  const answers: RangeAnswer[] = [];
  let bytes = 0;
  for (const query of queries) {
    const answer = yield* rangeSteps(query, point, layout);
    bytes += answerBytes(answer);
    if (bytes > limits.answerBytesMax) {
      throw new SessionRefusedError(
        "ANSWER_TOO_LARGE",
        `the answer to one turn is above ${limits.answerBytesMax} bytes; ask with a limit`,
      );
    }
    answers.push(answer);
  }
  return encodeRangeResults(answers);
}

function answerBytes(answer: RangeAnswer): number {
  if (isReadRefusal(answer)) return 0;
  let bytes = 0;
  for (const { key, value } of answer.kvs) bytes += key.length + value.length;
  return bytes;
}

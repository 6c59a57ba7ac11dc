import type { Steps } from "@holdfast/base";
import type { ReadPoint } from "@holdfast/replica";
import {
  AnswerBudget,
  announcedQueries,
  decodeQueries,
  encodeRangeResultsSteps,
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
  const { queriesMax } = limits;
  const announced = announcedQueries(bytes);
  if (announced > queriesMax) {
    throw new SessionRefusedError(
      "TOO_MANY_QUERIES",
      `a turn asks ${announced} queries; at most ${queriesMax} are answered at once`,
    );
  }
  const queries = decodeQueries(bytes, { queriesMax });
  for (const [at, query] of queries.entries()) {
    const refusal = validateQuery(query);
    if (refusal !== undefined) {
      throw new SessionRefusedError("INVALID_REQUEST", `query ${at}: ${refusal.message}`);
    }
  }
  return queries;
}

/**
 * Answers all queries of a turn from one state and encodes the answers.
 *
 * @throws AnswerTooLargeError when together they weigh more than one turn's answer may
 */
export function* answerQueries(
  queries: readonly RangeQuery[],
  point: ReadPoint,
  layout: RowLayout,
  limits: SessionLimits,
): Steps<Uint8Array> {
  const answers: RangeAnswer[] = [];
  const budget = new AnswerBudget(limits.answerBytesMax);
  for (const query of queries) {
    answers.push(yield* rangeSteps(query, point, layout, budget));
  }
  return yield* encodeRangeResultsSteps(answers);
}

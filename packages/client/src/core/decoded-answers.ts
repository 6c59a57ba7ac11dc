import { malformedAnswerError, type RequestError } from "./request-error.ts";

/** What was decoded, or the error where the bytes are not that many answers. */
export function decodedAnswers<Answer>(
  decode: () => readonly Answer[],
  expected: number,
): readonly Answer[] | RequestError {
  try {
    const answers = decode();
    if (answers.length === expected) return answers;
    return malformedAnswerError(`${answers.length} results instead of ${expected}`, undefined);
  } catch (cause) {
    return malformedAnswerError("results", cause);
  }
}

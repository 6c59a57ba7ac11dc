import { needRows, type RowWriter, type Steps } from "@holdfast/base";
import { MalformedCommandError } from "../codec/malformed-command-error.ts";
import { decodeResults, encodeResults } from "../codec/result-codec.ts";
import type { OperationResult } from "../result.ts";
import { DamagedRowError } from "../rows/damaged-row-error.ts";
import { answersKey, type RowLayout } from "../rows/row-layout.ts";
import { SESSION_WINDOW } from "../validate/operation-limits.ts";
import { keptAnswer } from "./answer-bytes.ts";
import type { AnsweredRun } from "./answered-runs.ts";
import type { Session } from "./session-table.ts";

/** What a session knows of a sequence. */
export type SequenceStanding = "fresh" | "answered" | "forgotten" | "beyond-window";

/** One batch of a session: which of its operations are new, and what the others were answered. */
export class SessionBatchRun {
  readonly session: Session;
  readonly #rows: RowWriter;
  readonly #layout: RowLayout;
  readonly #recalled = new Map<number, readonly OperationResult[]>();
  /** Consecutive new answers, in order. */
  readonly #runs: { readonly first: number; readonly answers: OperationResult[] }[] = [];

  constructor(session: Session, rows: RowWriter, layout: RowLayout) {
    this.session = session;
    this.#rows = rows;
    this.#layout = layout;
  }

  standingOf(sequence: number): SequenceStanding {
    const { ackedBelow, answered } = this.session;
    if (sequence < ackedBelow) return "forgotten";
    if (sequence >= ackedBelow + SESSION_WINDOW) return "beyond-window";
    return answered.find(sequence) === undefined ? "fresh" : "answered";
  }

  /** The answer that an answered sequence was given. */
  *recall(sequence: number): Steps<OperationResult> {
    const run = this.session.answered.find(sequence);
    const answers = run === undefined ? undefined : yield* this.#answersOf(run);
    const answer = answers?.[sequence - (run?.first ?? 0)];
    if (answer === undefined) {
      throw new DamagedRowError(`the answer to sequence ${sequence} of a session is missing`);
    }
    return answer;
  }

  /** Keeps the answer to a fresh sequence; sequences come in order. */
  record(sequence: number, result: OperationResult): void {
    const last = this.#runs.at(-1);
    const answer = keptAnswer(result);
    if (last !== undefined && last.first + last.answers.length === sequence) {
      last.answers.push(answer);
    } else {
      this.#runs.push({ first: sequence, answers: [answer] });
    }
  }

  /** Writes the new answers since the last call. */
  writeAnswers(): void {
    for (const { first, answers } of this.#runs.splice(0)) {
      const run = { first, count: answers.length };
      const key = answersKey(this.#layout, { session: this.session.id, ...run });
      this.#rows.put(key, encodeResults(answers));
      this.session.answered.add(run);
    }
  }

  *#answersOf(run: AnsweredRun): Steps<readonly OperationResult[]> {
    const known = this.#recalled.get(run.first);
    if (known !== undefined) return known;
    const key = answersKey(this.#layout, { session: this.session.id, ...run });
    const [row] = yield* needRows([key]);
    const answers = row === undefined ? [] : readAnswers(row);
    this.#recalled.set(run.first, answers);
    return answers;
  }
}

function readAnswers(row: Uint8Array): readonly OperationResult[] {
  try {
    return decodeResults(row);
  } catch (failure) {
    if (failure instanceof MalformedCommandError) {
      throw new DamagedRowError(`an answers row cannot be read: ${failure.message}`, {
        cause: failure,
      });
    }
    throw failure;
  }
}

import type { HistoryRecorder } from "@holdfast/checker";
import { judgeKeyValueHistory } from "@holdfast/checker";
import { judgedFiles } from "./judged-file.ts";

/**
 * Judges what was recorded, on keys that were absent before it.
 *
 * `atLeast` so many operations must have been answered, as an empty history is always right.
 *
 * @throws Error with the counterexample, and the files to which its picture and the history were written; also
 * where the search gave up, as then the test asks too much of it.
 */
export function expectLinearizable(
  recorder: HistoryRecorder,
  { atLeast }: { readonly atLeast: number },
): void {
  const { history, answered, refused } = recorder;
  if (answered < atLeast) {
    const open = history.length - answered;
    throw new Error(
      `the history shows too little: ${answered} operations were answered, ${refused} refused, ${open} left open; at least ${atLeast} must be answered`,
    );
  }
  const { kind, text, picture } = judgeKeyValueHistory(history);
  if (kind === "legal") return;
  throw new Error([text, ...judgedFiles(history, picture)].join("\n"));
}

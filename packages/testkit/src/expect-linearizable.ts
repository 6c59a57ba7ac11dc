import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judgeKeyValueHistory } from "@holdfast/checker";
import type { HistoryRecorder } from "./history-recorder.ts";

/**
 * Judges what was recorded, on keys that were absent before it.
 *
 * `atLeast` so many operations must have been answered, as an empty history is always right.
 *
 * @throws Error with the counterexample, and the file to which the history was written; also where the
 * search gave up, as then the test asks too much of it.
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
  const { kind, text } = judgeKeyValueHistory(history);
  if (kind === "legal") return;
  const path = join(tmpdir(), `holdfast-history-${randomUUID()}.jsonl`);
  writeFileSync(path, history.map((operation) => `${JSON.stringify(operation)}\n`).join(""));
  throw new Error(`${text}\nthe whole history is in ${path}`);
}

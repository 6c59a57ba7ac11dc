import {
  checkStrictlySerializable,
  drawTransactions,
  explainTransactions,
  type TransactionHistory,
} from "@holdfast/checker";
import { judgedFiles } from "./judged-file.ts";

/**
 * Judges transactions on lists that were absent before them.
 *
 * `atLeast` so many must have been committed, as an empty history is always right.
 *
 * @throws Error with the anomalies, and the files to which their picture and the history were written.
 */
export function expectStrictlySerializable(
  history: TransactionHistory,
  { atLeast }: { readonly atLeast: number },
): void {
  const committed = history.filter(({ outcome }) => outcome === "committed").length;
  if (committed < atLeast) {
    throw new Error(
      `the history shows too little: ${committed} of ${history.length} transactions were committed; at least ${atLeast} must be`,
    );
  }
  const verdict = checkStrictlySerializable(history);
  if (verdict.kind === "legal") return;
  const files = judgedFiles(history, drawTransactions(verdict));
  throw new Error([explainTransactions(verdict), ...files].join("\n"));
}

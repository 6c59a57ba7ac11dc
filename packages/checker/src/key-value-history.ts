import { explain } from "./explain.ts";
import { checkLinearizable, type SearchBudget } from "./linearizable.ts";
import { keyValueModel } from "./models/key-value-model.ts";
import {
  changeMade,
  describeKeyValue,
  type KeyValueInput,
  type KeyValueOutput,
} from "./models/key-value-operation.ts";
import type { History } from "./operation.ts";
import {
  explainRevisionViolation,
  findRevisionViolation,
  type RevisionObservation,
} from "./revision-order.ts";

export type KeyValueHistory = History<KeyValueInput, KeyValueOutput>;

/** What a history of Holdfast's keys came to. */
export interface KeyValueJudgement {
  readonly kind: "legal" | "illegal" | "unknown";
  /** For people: one line, or why it is illegal. */
  readonly text: string;
}

/** Judges a history of linearizable operations on keys that were absent before it: revisions first, then each key. */
export function judgeKeyValueHistory(
  history: KeyValueHistory,
  budget: Partial<SearchBudget> = {},
): KeyValueJudgement {
  const violation = findRevisionViolation(revisionsIn(history));
  if (violation !== undefined) {
    return { kind: "illegal", text: explainRevisionViolation(violation) };
  }
  const verdict = checkLinearizable(keyValueModel, history, budget);
  return { kind: verdict.kind, text: explain(verdict) };
}

/** The acknowledged operations whose revision was seen. */
export function revisionsIn(history: KeyValueHistory): readonly RevisionObservation[] {
  return history.flatMap(({ client, input, output, called, returned }) => {
    if (returned === undefined || output?.revision === undefined) return [];
    const kind = changeMade(input, output) === "changed" ? "change" : "read";
    const text = describeKeyValue(input, output);
    return [{ kind, revision: output.revision, client, called, returned, text } as const];
  });
}

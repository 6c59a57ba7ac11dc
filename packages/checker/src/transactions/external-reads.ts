import { nameOf, type ObservedAnomaly } from "./anomaly.ts";
import { listText, type Transaction } from "./transaction.ts";

/** What a committed transaction found under a key before it changed it itself. */
export interface ExternalRead {
  readonly reader: number;
  readonly key: string;
  readonly values: readonly number[];
}

/** Values of a list that texts show. */
export const LIST_SHOWN = 8;

/** The first read of each key in each committed transaction, and the reads that contradict their own transaction. */
export function externalReadsIn(transactions: readonly Transaction[]): {
  readonly reads: readonly ExternalRead[];
  readonly anomalies: readonly ObservedAnomaly[];
} {
  const reads: ExternalRead[] = [];
  const anomalies: ObservedAnomaly[] = [];
  for (const [reader, transaction] of transactions.entries()) {
    if (transaction.outcome !== "committed") continue;
    const anomaly = followSteps(transaction, reader, reads);
    if (anomaly !== undefined) anomalies.push(anomaly);
  }
  return { reads, anomalies };
}

/** What a transaction knows of a key: what it found, once it has read it, and what it has appended. */
interface Known {
  found: readonly number[] | undefined;
  readonly own: number[];
}

function followSteps(
  { steps }: Transaction,
  reader: number,
  reads: ExternalRead[],
): ObservedAnomaly | undefined {
  const knownByKey = new Map<string, Known>();
  for (const step of steps) {
    const { key } = step;
    const known = knownByKey.get(key) ?? { found: undefined, own: [] };
    knownByKey.set(key, known);
    if (step.kind === "append") {
      known.own.push(step.value);
      continue;
    }
    if (step.values === undefined) continue;
    const found = withoutEnd(step.values, known.own);
    const isFirst = known.found === undefined;
    if (found === undefined || (known.found !== undefined && !isSame(found, known.found))) {
      return contradiction(reader, key, step.values, known);
    }
    if (!isFirst) continue;
    if (
      steps.some((own) => own.kind === "append" && own.key === key && found.includes(own.value))
    ) {
      return contradiction(reader, key, step.values, known);
    }
    known.found = found;
    reads.push({ reader, key, values: found });
  }
  return undefined;
}

/** The list before `end`; `undefined` if it does not end so. */
function withoutEnd(
  values: readonly number[],
  end: readonly number[],
): readonly number[] | undefined {
  if (end.length === 0) return values;
  const start = values.length - end.length;
  const endsSo = start >= 0 && end.every((value, at) => values[start + at] === value);
  return endsSo ? values.slice(0, start) : undefined;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, at) => b[at] === value);
}

function contradiction(
  reader: number,
  key: string,
  values: readonly number[],
  { found, own }: Known,
): ObservedAnomaly {
  const known = [
    ...(found === undefined ? [] : [`had read ${listText(found, LIST_SHOWN)}`]),
    own.length === 0 ? "had appended nothing" : `had appended ${own.join(" ")}`,
  ].join(" and ");
  return {
    kind: "observed",
    name: "internal",
    transactions: [reader],
    key,
    values: [],
    text: `${nameOf(reader)} read ${key} as ${listText(values, LIST_SHOWN)}, when it ${known} there`,
  };
}

import { nameOf, type ObservedAnomaly } from "./anomaly.ts";
import type { Append } from "./appended-values.ts";
import { type ExternalRead, LIST_SHOWN } from "./external-reads.ts";
import { listText, type Transaction } from "./transaction.ts";

/** In which order values came to one list, as far as it was read. */
export interface VersionOrder {
  readonly key: string;
  /** The longest list that was read. */
  readonly values: readonly number[];
  /** Those that agree with it: each found a beginning of it. */
  readonly reads: readonly ExternalRead[];
}

/** Reads a key's order off its reads, and tells of the reads that can be of no order; of misfits, of one. */
export function versionOrderOf(
  key: string,
  reads: readonly ExternalRead[],
  appends: ReadonlyMap<number, Append>,
): { readonly order: VersionOrder; readonly anomalies: readonly ObservedAnomaly[] } {
  const anomalies: ObservedAnomaly[] = [];
  const agreeing: ExternalRead[] = [];
  let longest: ExternalRead | undefined;
  let hasMisfit = false;
  for (const read of reads.toSorted((a, b) => b.values.length - a.values.length)) {
    if (longest !== undefined && isBeginning(read.values, longest.values)) {
      agreeing.push(read);
      continue;
    }
    const twice = firstRepeated(read.values);
    if (twice !== undefined) {
      anomalies.push(duplicate(read, twice));
    } else if (longest === undefined) {
      longest = read;
      agreeing.push(read);
    } else if (!hasMisfit) {
      anomalies.push(incompatible(read, longest));
      hasMisfit = true;
    }
  }
  const swapped = longest && swappedAppends(longest, appends);
  if (swapped !== undefined) anomalies.push(swapped);
  return { order: { key, values: longest?.values ?? [], reads: agreeing }, anomalies };
}

/** What was read that must not be: values of nobody, of aborted transactions, and halves of others. */
export function unsoundReads(
  { reads, values }: VersionOrder,
  appends: ReadonlyMap<number, Append>,
  transactions: readonly Transaction[],
): readonly ObservedAnomaly[] {
  const told = new Set<number>();
  const anomalies: ObservedAnomaly[] = [];
  const longest = reads.find((read) => read.values.length === values.length);
  for (const value of longest?.values ?? []) {
    const anomaly = longest && unsoundValue(longest, value, appends.get(value), transactions);
    if (anomaly !== undefined) anomalies.push(anomaly);
  }
  for (const read of reads) {
    const last = read.values.at(-1);
    const end = last === undefined ? undefined : appends.get(last);
    if (end?.isIntermediate === true && !told.has(end.value)) {
      told.add(end.value);
      anomalies.push({
        kind: "observed",
        name: "G1b",
        transactions: [end.writer, read.reader],
        key: read.key,
        values: [end.value],
        text: `${nameOf(read.reader)} read ${read.key} up to ${end.value} of ${nameOf(end.writer)}, which appended to ${read.key} once more`,
      });
    }
  }
  return anomalies;
}

function unsoundValue(
  { reader, key }: ExternalRead,
  value: number,
  append: Append | undefined,
  transactions: readonly Transaction[],
): ObservedAnomaly | undefined {
  if (append === undefined) {
    return {
      kind: "observed",
      name: "unwritten value",
      transactions: [reader],
      key,
      values: [value],
      text: `${nameOf(reader)} read ${value} in ${key}, which nobody appended`,
    };
  }
  if (transactions[append.writer]?.outcome !== "aborted") return undefined;
  return {
    kind: "observed",
    name: "G1a",
    transactions: [append.writer, reader],
    key,
    values: [value],
    text: `${nameOf(reader)} read ${value} in ${key}, which ${nameOf(append.writer)} appended, and that was aborted`,
  };
}

/** Appends of one transaction that lie in the list in another order than it made them. */
function swappedAppends(
  { reader, key, values }: ExternalRead,
  appends: ReadonlyMap<number, Append>,
): ObservedAnomaly | undefined {
  // A map keeps the order of insertion: by transaction, and within one by step.
  const rank = new Map([...appends.keys()].map((value, at) => [value, at]));
  const highest = new Map<number, number>();
  for (const value of values) {
    const writer = appends.get(value)?.writer;
    if (writer === undefined) continue;
    const own = rank.get(value) ?? 0;
    if (own < (highest.get(writer) ?? 0)) {
      return {
        kind: "observed",
        name: "incompatible orders",
        transactions: [writer, reader],
        key,
        values: [value],
        text: `${nameOf(reader)} read ${key} as ${listText(values, LIST_SHOWN, [value])}, with appends of ${nameOf(writer)} in another order than it made them (${value})`,
      };
    }
    highest.set(writer, own);
  }
  return undefined;
}

function firstRepeated(values: readonly number[]): number | undefined {
  if (new Set(values).size === values.length) return undefined;
  return values.find((value, at) => values.indexOf(value) !== at);
}

function isBeginning(values: readonly number[], longest: readonly number[]): boolean {
  return values.every((value, at) => longest[at] === value);
}

function duplicate({ reader, key, values }: ExternalRead, twice: number): ObservedAnomaly {
  return {
    kind: "observed",
    name: "duplicate elements",
    transactions: [reader],
    key,
    values: [twice],
    text: `${nameOf(reader)} read ${key} with ${twice} twice: ${listText(values, LIST_SHOWN, [twice])}`,
  };
}

function incompatible(misfit: ExternalRead, longest: ExternalRead): ObservedAnomaly {
  const at = misfit.values.findIndex((value, place) => longest.values[place] !== value);
  const [own, other] = [misfit.values[at], longest.values[at]];
  return {
    kind: "observed",
    name: "incompatible orders",
    transactions: [misfit.reader, longest.reader],
    key: misfit.key,
    values: [own, other].filter((value) => value !== undefined),
    text: `at place ${at + 1} of ${misfit.key}, ${nameOf(misfit.reader)} found ${own} and ${nameOf(longest.reader)} ${other}`,
  };
}

import type { Append } from "./appended-values.ts";
import { DependencyGraph } from "./dependency-graph.ts";
import type { ExternalRead } from "./external-reads.ts";
import type { ObservedHistory, ObservedList } from "./observed-history.ts";
import { realTimePairs } from "./real-time-order.ts";
import type { Transaction } from "./transaction.ts";

/** All that tells which transaction came before which; what follows from other edges is left out. */
export function dependenciesOf(
  transactions: readonly Transaction[],
  { lists, happened }: ObservedHistory,
): DependencyGraph {
  const graph = new DependencyGraph(transactions.length);
  const alive = new Set(happened);
  const versions = lists.map((list) => versionsOf(list, alive));
  // In this order they compete for a place in a cycle: the fewer missed reads it needs, the graver it is.
  for (const list of versions) addWrites(graph, list);
  for (const list of versions) addReads(graph, list);
  realTimePairs(transactions, happened, (from, to) => graph.add({ kind: "realtime", from, to }));
  for (const list of versions) addMissed(graph, list, transactions);
  return graph;
}

/** A list with the appends of transactions that happened, by their places in it. */
interface Versions extends ObservedList {
  readonly written: readonly Append[];
  /** For each length of the list: how many of `written` it holds. */
  readonly writtenIn: readonly number[];
}

function versionsOf(list: ObservedList, alive: ReadonlySet<number>): Versions {
  const written: Append[] = [];
  const writtenIn = [0];
  for (const value of list.values) {
    const append = list.appends.get(value);
    if (append !== undefined && alive.has(append.writer)) written.push(append);
    writtenIn.push(written.length);
  }
  return { ...list, written, writtenIn };
}

function addWrites(graph: DependencyGraph, { key, written }: Versions): void {
  let before: Append | undefined;
  for (const append of written) {
    if (before !== undefined) {
      const [from, to] = [before.writer, append.writer];
      graph.add({ kind: "ww", from, to, key, value: append.value, after: before.value });
    }
    before = append;
  }
}

function addReads(graph: DependencyGraph, { key, reads, written, writtenIn }: Versions): void {
  for (const { reader, values } of reads) {
    const last = written[(writtenIn[values.length] ?? 0) - 1];
    if (last === undefined) continue;
    const { writer: from, value } = last;
    graph.add({ kind: "wr", from, to: reader, key, value, after: undefined });
  }
}

/**
 * A read comes before the append that follows what it found. The readers of the longest list come before all
 * appends that nobody read; that these also come after the last one read follows, as it was read.
 */
function addMissed(
  graph: DependencyGraph,
  { key, values, reads, written, writtenIn, unread }: Versions,
  transactions: readonly Transaction[],
): void {
  const ofAll: ExternalRead[] = [];
  for (const read of reads) {
    const next = written[writtenIn[read.values.length] ?? 0];
    if (next === undefined) ofAll.push(read);
    else {
      const { writer: to, value } = next;
      graph.add({ kind: "rw", from: read.reader, to, key, value, after: read.values.at(-1) });
    }
  }
  const returned = ({ reader }: ExternalRead) => transactions[reader]?.returned ?? 0;
  ofAll.sort((a, b) => returned(b) - returned(a));
  for (const { writer, value } of unread) {
    const called = transactions[writer]?.called ?? 0;
    for (const read of ofAll) {
      // From here on, time says the same. Without this, the edges were as many as reads times appends.
      if (returned(read) < called) break;
      const ends = { from: read.reader, to: writer };
      graph.add({ kind: "rw", ...ends, key, value, after: values.at(-1) });
    }
  }
}

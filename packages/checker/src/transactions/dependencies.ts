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

function addWrites(graph: DependencyGraph, { key, written, unread }: Versions): void {
  let before: Append | undefined;
  for (const append of written) {
    if (before !== undefined) graph.add(dataEdge("ww", before.writer, append, before.value));
    before = append;
  }
  if (before === undefined) return;
  for (const append of unread) {
    const { writer: from, value: after } = before;
    const { writer: to, value } = append;
    graph.add({ kind: "ww", from, to, key, value, after, isUnread: true });
  }
}

function addReads(graph: DependencyGraph, { key, reads, written, writtenIn }: Versions): void {
  for (const { reader, values } of reads) {
    const last = written[(writtenIn[values.length] ?? 0) - 1];
    if (last === undefined) continue;
    const { writer: from, value } = last;
    graph.add({ kind: "wr", from, to: reader, key, value, after: undefined, isUnread: false });
  }
}

function addMissed(
  graph: DependencyGraph,
  { key, values, reads, written, writtenIn, unread }: Versions,
  transactions: readonly Transaction[],
): void {
  const ofAll: ExternalRead[] = [];
  for (const read of reads) {
    const next = written[writtenIn[read.values.length] ?? 0];
    if (next === undefined) ofAll.push(read);
    else graph.add(dataEdge("rw", read.reader, next, read.values.at(-1)));
  }
  const returned = ({ reader }: ExternalRead) => transactions[reader]?.returned ?? 0;
  ofAll.sort((a, b) => returned(b) - returned(a));
  for (const { writer, value } of unread) {
    const called = transactions[writer]?.called ?? 0;
    for (const read of ofAll) {
      // From here on, time says the same. Without this, the edges were as many as reads times appends.
      if (returned(read) < called) break;
      const ends = { from: read.reader, to: writer };
      graph.add({ kind: "rw", ...ends, key, value, after: values.at(-1), isUnread: true });
    }
  }
}

function dataEdge(
  kind: "ww" | "rw",
  from: number,
  { writer: to, key, value }: Append,
  after: number | undefined,
) {
  return { kind, from, to, key, value, after, isUnread: false } as const;
}

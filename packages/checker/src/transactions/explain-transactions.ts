import { timeText } from "../time-text.ts";
import { type Anomaly, meaningOf, nameOf } from "./anomaly.ts";
import type { Edge } from "./dependency-graph.ts";
import { LIST_SHOWN } from "./external-reads.ts";
import type { TransactionVerdict } from "./strictly-serializable.ts";
import { stepText, type Transaction } from "./transaction.ts";

/** Anomalies that are told in full; one is enough to go by. */
const ANOMALIES_TOLD = 5;

/** A verdict for people to read; many lines where it is illegal. */
export function explainTransactions(verdict: TransactionVerdict): string {
  const { transactions, happened, edges, anomalies } = verdict;
  const size = `${transactions.length} transactions, ${happened} that happened, ${edges} edges`;
  if (verdict.kind === "legal") return `strictly serializable: ${size}`;
  const more = anomalies.length - ANOMALIES_TOLD;
  return [
    `not strictly serializable: ${size}`,
    ...anomalies.slice(0, ANOMALIES_TOLD).flatMap((anomaly) => linesOf(anomaly, transactions)),
    ...(more > 0 ? [`and ${more} more anomalies`] : []),
  ].join("\n");
}

/** The transactions of an anomaly; of a cycle, in its order. */
export function transactionsOf(anomaly: Anomaly): readonly number[] {
  return anomaly.kind === "cycle"
    ? anomaly.edges.map(({ from }) => from)
    : [...new Set(anomaly.transactions)];
}

/** Why the edge is there. */
export function reasonOf(edge: Edge, transactions: readonly Transaction[]): string {
  const [from, to] = [nameOf(edge.from), nameOf(edge.to)];
  if (edge.kind === "realtime") {
    const [returned, called] = [transactions[edge.from]?.returned, transactions[edge.to]?.called];
    return `${from} was answered at ${timeText(returned)}, before ${to} was called at ${timeText(called)}`;
  }
  const { kind, key, value, after } = edge;
  switch (kind) {
    case "wr":
      return `${to} read ${key} up to ${value}, which ${from} appended`;
    case "ww":
      return `${from} appended ${after} to ${key}, and ${to} appended ${value} after it`;
    case "rw":
      return after === undefined
        ? `${from} read ${key} as empty, without ${value}, which ${to} appended`
        : `${from} read ${key} up to ${after}, without ${value}, which ${to} appended`;
  }
}

function linesOf(anomaly: Anomaly, transactions: readonly Transaction[]): readonly string[] {
  const about = anomaly.kind === "observed" ? anomaly.values : [];
  const told = transactionsOf(anomaly).toSorted((a, b) => a - b);
  const spans = new Map(told.map((number) => [number, spanText(transactions[number])]));
  const width = Math.max(...[...spans.values()].map(({ length }) => length));
  const lines = told.map((number) => {
    const { client = "?", outcome, steps = [] } = transactions[number] ?? {};
    const what = steps.map((step) => stepText(step, LIST_SHOWN, about)).join(", ");
    const fate = outcome === "committed" ? "" : ` (${outcome})`;
    return `  ${nameOf(number)}  ${spans.get(number)?.padEnd(width)}  client ${client}${fate}  ${what}`;
  });
  const title = `${anomaly.name}: ${meaningOf(anomaly.name)}`;
  if (anomaly.kind === "observed") return [title, `  ${anomaly.text}:`, ...lines];
  return [
    title,
    ...lines,
    "each must come before the next, and the last before the first:",
    ...anomaly.edges.map(
      (edge) =>
        `  ${nameOf(edge.from)} → ${nameOf(edge.to)}  ${edge.kind}: ${reasonOf(edge, transactions)}`,
    ),
  ];
}

export function spanText(transaction: Transaction | undefined): string {
  return `${timeText(transaction?.called)} – ${timeText(transaction?.returned)}`;
}

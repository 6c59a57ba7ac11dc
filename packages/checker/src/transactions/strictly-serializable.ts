import { assert } from "@holdfast/base";
import type { Anomaly } from "./anomaly.ts";
import { cyclesIn } from "./cycles.ts";
import { dependenciesOf } from "./dependencies.ts";
import { observe } from "./observed-history.ts";
import type { Transaction, TransactionHistory } from "./transaction.ts";

/** What a check of transactions came to. */
export interface TransactionVerdict {
  readonly kind: "legal" | "illegal";
  /** By their calls; anomalies name them by their place in this. */
  readonly transactions: readonly Transaction[];
  /** Those that happened. */
  readonly happened: number;
  /** What told of their order. */
  readonly edges: number;
  /** None if it is legal. Of each knot of transactions there is one cycle; there may be others. */
  readonly anomalies: readonly Anomaly[];
}

/**
 * Judges whether a history of transactions on lists could come of a store that carries out one after the
 * other, each at some moment between its call and its return: strict serializability.
 *
 * As values are unique and lists only grow, each read tells the whole past of its list. So the order of
 * transactions needs no search: it is read off, and it is contradictory exactly if it has a cycle (Kingsbury
 * and Alvaro 2020).
 */
export function checkStrictlySerializable(history: TransactionHistory): TransactionVerdict {
  const transactions = history.toSorted((a, b) => a.called - b.called);
  for (const transaction of transactions) assertTimes(transaction);
  const observed = observe(transactions);
  const graph = dependenciesOf(transactions, observed);
  const anomalies = [...observed.anomalies, ...cyclesIn(graph, observed.happened)];
  return {
    kind: anomalies.length === 0 ? "legal" : "illegal",
    transactions,
    happened: observed.happened.length,
    edges: graph.size,
    anomalies,
  };
}

function assertTimes({ outcome, called, returned }: Transaction): void {
  assert(outcome !== "committed" || returned !== undefined, "a committed transaction has returned");
  assert(returned === undefined || returned >= called, "a transaction returns after its call");
}

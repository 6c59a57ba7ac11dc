import { assert } from "@holdfast/base";
import type { Transaction } from "./transaction.ts";

/** Who appended a value. */
export interface Append {
  /** The transaction's place in the history by call. */
  readonly writer: number;
  readonly key: string;
  readonly value: number;
  /** Its transaction appended to the same key again. */
  isIntermediate: boolean;
}

/** All appends of a history by key and value, whatever came of them. */
export type AppendsByKey = ReadonlyMap<string, ReadonlyMap<number, Append>>;

/** Collects the appends. A value that is appended to a key twice is a fault of the test, not of its subject. */
export function appendsIn(transactions: readonly Transaction[]): AppendsByKey {
  const byKey = new Map<string, Map<number, Append>>();
  for (const [writer, { steps }] of transactions.entries()) {
    const last = new Map<string, Append>();
    for (const step of steps) {
      if (step.kind !== "append") continue;
      const { key, value } = step;
      const ofKey = byKey.get(key) ?? new Map<number, Append>();
      byKey.set(key, ofKey);
      assert(!ofKey.has(value), `${value} is appended to ${key} once`);
      const before = last.get(key);
      if (before !== undefined) before.isIntermediate = true;
      const append = { writer, key, value, isIntermediate: false };
      ofKey.set(value, append);
      last.set(key, append);
    }
  }
  return byKey;
}

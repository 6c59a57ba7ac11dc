import type { Edge } from "./dependency-graph.ts";

/** Cycles by the edges that they need (Adya 1999): see {@link ANOMALY_MEANINGS}. */
type Dependencies = "G0" | "G1c" | "G-single" | "G2";

/** `-realtime`: only with the order of time is it one; without, the history would be serializable. */
export type CycleName = Dependencies | `${Dependencies}-realtime`;

export type ObservationName =
  | "G1a"
  | "G1b"
  | "internal"
  | "duplicate elements"
  | "unwritten value"
  | "incompatible orders"
  | "lost append";

/** Why a history is no serial one. Transactions are named by their place in the history by call. */
export type Anomaly = ObservedAnomaly | CycleAnomaly;

/** Something that was read, or never was, and that no order can explain. */
export interface ObservedAnomaly {
  readonly kind: "observed";
  readonly name: ObservationName;
  readonly transactions: readonly number[];
  readonly key: string;
  /** Of the key: what it is about; where lists are long, they are shown there. */
  readonly values: readonly number[];
  /** What was seen, with transactions as T1, T2 and so on. */
  readonly text: string;
}

/** Transactions each of which must come before the next, and the last before the first. */
export interface CycleAnomaly {
  readonly kind: "cycle";
  readonly name: CycleName;
  readonly edges: readonly Edge[];
}

export const ANOMALY_MEANINGS: Readonly<Record<Dependencies | ObservationName, string>> =
  Object.freeze({
    G0: "appends of transactions are interleaved",
    G1c: "transactions each depend on what the next one did",
    "G-single": "a read missed an append of a transaction that must have come before it",
    G2: "reads missed each other's appends",
    G1a: "an aborted append was read",
    G1b: "an append was read without a later one of the same transaction",
    internal: "a transaction's read contradicts the transaction's own earlier steps",
    "duplicate elements": "a value that was appended once is in a list twice",
    "unwritten value": "a value was read that nobody appended",
    "incompatible orders": "no list that only grows can have been read so",
    "lost append":
      "an acknowledged append is missing in a read that began later, and in all others",
  });

export function meaningOf(name: CycleName | ObservationName): string {
  const [bare, isRealTime] = name.endsWith("-realtime")
    ? [name.slice(0, -"-realtime".length), true]
    : [name, false];
  const meaning = ANOMALY_MEANINGS[bare as Dependencies | ObservationName];
  return isRealTime ? `${meaning}, by the order of time` : meaning;
}

/** How a transaction is called in texts. */
export function nameOf(transaction: number): string {
  return `T${transaction + 1}`;
}

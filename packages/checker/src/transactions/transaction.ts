/**
 * One step of a transaction on lists. `values` of a read is what it found, with what the transaction itself
 * had appended; absent where nobody saw it. A key that is absent is an empty list.
 */
export type TransactionStep =
  | { readonly kind: "append"; readonly key: string; readonly value: number }
  | {
      readonly kind: "read";
      readonly key: string;
      readonly values?: readonly number[] | undefined;
    };

/** One transaction of a concurrent history, as its client saw it. */
export interface Transaction {
  readonly client: number | string;
  /** In the order of the client. No value is appended to a key twice, by whomever. */
  readonly steps: readonly TransactionStep[];
  /**
   * `aborted`: it did not happen, and its client was told so. `unknown`: it may have happened, at any time
   * after its call; it counts as having happened only if somebody read what it appended.
   */
  readonly outcome: "committed" | "aborted" | "unknown";
  /** Time of the call, by a clock that all clients of the history share. */
  readonly called: number;
  /** Time of the answer, by the same clock; a committed transaction has one. */
  readonly returned?: number | undefined;
}

/** When it had happened for certain; a client that gave up at some time knows no such moment. */
export function happenedBy({ outcome, returned }: Transaction): number | undefined {
  return outcome === "committed" ? returned : undefined;
}

/** Transactions in any order. */
export type TransactionHistory = readonly Transaction[];

/**
 * A list of values, of a long one only so many: its end, or where it holds the first of those that it is
 * shown for.
 */
export function listText(
  values: readonly number[],
  shown: number,
  about: readonly number[] = [],
): string {
  const focus = values.findIndex((value) => about.includes(value));
  const end = focus === -1 ? values.length : Math.min(values.length, focus + 2);
  const start = Math.max(0, end - shown);
  const hidden = (count: number) => (count === 0 ? [] : [`… ${count} more …`]);
  const words = [...hidden(start), ...values.slice(start, end), ...hidden(values.length - end)];
  return `[${words.join(" ")}]`;
}

/** A step in a few words, with lists as {@link listText} tells them. */
export function stepText(
  step: TransactionStep,
  listShown: number,
  about: readonly number[] = [],
): string {
  if (step.kind === "append") return `append ${step.key} ${step.value}`;
  const found = step.values === undefined ? "?" : listText(step.values, listShown, about);
  return `read ${step.key} ${found}`;
}

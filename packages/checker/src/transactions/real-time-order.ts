import { happenedBy, type Transaction } from "./transaction.ts";

/**
 * Tells of pairs where one transaction was answered before the other was called, so few that all other such
 * pairs follow from them: for a history of n transactions, c of them at a time, at most n · c.
 *
 * The frontier holds what was answered and is not followed, in time, by another answered transaction. A new
 * call comes after all of it; once that is answered, what it came after is implied by it and leaves.
 */
export function realTimePairs(
  transactions: readonly Transaction[],
  numbers: readonly number[],
  tell: (earlier: number, later: number) => void,
): void {
  const frontier = new Set<number>();
  const before = new Map<number, readonly number[]>();
  for (const { number, isCall } of eventsOf(transactions, numbers)) {
    if (isCall) {
      const earlier = [...frontier];
      before.set(number, earlier);
      for (const one of earlier) tell(one, number);
    } else {
      for (const implied of before.get(number) ?? []) frontier.delete(implied);
      before.delete(number);
      frontier.add(number);
    }
  }
}

interface Event {
  readonly at: number;
  readonly number: number;
  readonly isCall: boolean;
}

/** By time; a call at the very time of an answer does not come after it. */
function eventsOf(
  transactions: readonly Transaction[],
  numbers: readonly number[],
): readonly Event[] {
  const events: Event[] = [];
  for (const number of numbers) {
    const transaction = transactions[number];
    if (transaction === undefined) continue;
    events.push({ at: transaction.called, number, isCall: true });
    const end = happenedBy(transaction);
    if (end !== undefined) events.push({ at: end, number, isCall: false });
  }
  return events.sort((a, b) => a.at - b.at || Number(b.isCall) - Number(a.isCall));
}

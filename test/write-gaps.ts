import type { UniqueWrites } from "./unique-writes.ts";

/** The longest time between two moments in which no client was told that a write is done, ms. */
export function longestGapMs({ acknowledged }: UniqueWrites, from: number, to: number): number {
  const moments = acknowledged
    .map(({ acknowledgedAt }) => acknowledgedAt)
    .filter((at) => at >= from && at <= to);
  const edges = [from, ...moments.sort((a, b) => a - b), to];
  return Math.max(...edges.slice(1).map((at, index) => at - (edges[index] ?? at)));
}

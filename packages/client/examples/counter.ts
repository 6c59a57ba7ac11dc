import { connect, type Holdfast } from "@holdfast/client";

/**
 * Adds to a counter that others add to as well: reads it, and writes only over
 * what was read; where somebody came in between, again.
 */
export async function add(store: Holdfast, key: string, amount: number): Promise<number> {
  for (;;) {
    const entry = await store.get(key);
    const sum = (entry?.json<number>() ?? 0) + amount;
    const { succeeded } = await store.txn({
      compare: [{ key, modRevision: entry?.modRevision ?? 0 }],
      then: [{ kind: "put", key, value: JSON.stringify(sum) }],
    });
    if (succeeded) return sum;
  }
}

export async function main(address: string): Promise<void> {
  await using store = await connect(address);
  // All eight are asked for in one turn, so they travel together; each is counted once.
  const sums = await Promise.all(Array.from({ length: 8 }, () => add(store, "visits", 1)));
  process.stdout.write(`visits: ${Math.max(...sums)}\n`);
}

import { expect, test } from "vitest";
import { CoreCluster, type Node } from "../core-cluster.ts";

const STEP_MS = 5;

/** Disks that write one frame at a time, and take `writeMs` for each. */
class SlowDisks {
  readonly #cluster: CoreCluster;
  readonly #writeMs: number;
  readonly #writing = new Map<number, { readonly count: number; readonly until: number }>();

  constructor(cluster: CoreCluster, writeMs: number) {
    this.#cluster = cluster;
    this.#writeMs = writeMs;
  }

  turn({ id, writes }: Node): void {
    const { now } = this.#cluster;
    const frame = this.#writing.get(id);
    if (frame !== undefined && now >= frame.until) {
      this.#writing.delete(id);
      this.#cluster.persist(id, frame.count);
    }
    if (this.#writing.has(id) || writes.length === 0) return;
    this.#writing.set(id, { count: writes.length, until: now + this.#writeMs });
  }
}

/** How long three members that start together take to elect somebody. */
function timeToLeader(writeMs: number, seed: number): number {
  const cluster = new CoreCluster({ seed });
  const disks = new SlowDisks(cluster, writeMs);
  while (cluster.leader === undefined && cluster.now < 5_000) {
    cluster.now += STEP_MS;
    for (const { id, raft } of cluster.nodes) {
      if (cluster.now >= raft.nextDeadline()) cluster.step(id, { kind: "tick" });
    }
    cluster.deliver();
    for (const node of cluster.nodes) disks.turn(node);
  }
  return cluster.now;
}

test.each([1, 40, 80])("disks that take %i ms keep no election from its end", (writeMs) => {
  // It was longer than an election timeout: each attempt was given up before its votes could be durable.
  for (let seed = 1; seed <= 20; seed++) expect(timeToLeader(writeMs, seed)).toBeLessThan(700);
});

import { expect, test } from "vitest";
import { entryBytes, type Message } from "../../src/index.ts";
import { CoreCluster, type Node } from "../core-cluster.ts";

const SECONDS = 60;

/** Everything goes on but the disk of one follower; the answers that it holds, and the bytes it was sent. */
function stall({ reconnects }: { readonly reconnects: boolean }) {
  const cluster = new CoreCluster();
  const leader = cluster.elect();
  const [quick, stalled] = cluster.nodes.filter(({ id }) => id !== leader.id);
  if (quick === undefined || stalled === undefined) throw new Error("three nodes");
  cluster.settle();
  let sentBytes = 0;
  cluster.delivers = (message) => {
    if (message.to === stalled.id) sentBytes += bytesIn(message);
    return true;
  };
  for (let tick = 0; tick < SECONDS * 10; tick++) {
    cluster.propose(leader.id, "a value", tick);
    if (reconnects && tick === 50) {
      cluster.step(leader.id, { kind: "peer-connected", peer: stalled.id });
    }
    cluster.now += 100;
    cluster.step(leader.id, { kind: "tick" });
    exchange(cluster, [leader, quick]);
  }
  const { lastIndex } = stalled.raft.status();
  cluster.network = [];
  cluster.persist(stalled.id);
  const held = cluster.network.length;
  cluster.advance(2_000);
  expect(stalled.raft.status().lastIndex).toBe(leader.raft.status().lastIndex);
  return { held, sentBytes, lastIndex };
}

/** What is under way arrives, and answers to it; only these write. */
function exchange(cluster: CoreCluster, writers: readonly Node[]): void {
  for (let round = 0; round < 4; round++) {
    cluster.deliver();
    for (const { id } of writers) cluster.persist(id);
  }
}

function bytesIn(message: Message): number {
  if (message.kind !== "append-request") return 0;
  return message.entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
}

test("what waits for a stalled disk is bounded, however long it stalls", () => {
  // A window of appends, each with its answer; it was one more with every heartbeat.
  expect(stall({ reconnects: false }).held).toBeLessThan(100);
});

test("a probe that waits for a stalled disk is not sent with all its entries for ever", () => {
  const { held, sentBytes, lastIndex } = stall({ reconnects: true });

  expect(held).toBeLessThan(100);
  expect(lastIndex).toBeLessThan(100);
  // 40 bytes an entry: some ten times what it holds, where it was a hundred times and more.
  expect(sentBytes).toBeLessThan(20 * 40 * lastIndex);
});

import { expect, test } from "vitest";
import { CoreCluster, type Node } from "../core-cluster.ts";

function others(cluster: CoreCluster, leader: Node): [Node, Node] {
  const [a, b] = cluster.nodes.filter(({ id }) => id !== leader.id);
  if (a === undefined || b === undefined) throw new Error("three nodes");
  return [a, b];
}

test("a member that comes back under a new leader is caught up though the log is compacted", () => {
  const cluster = new CoreCluster({ trailingEntries: 2 });
  const first = cluster.elect();
  for (let at = 0; at < 30; at++) cluster.propose(first.id, `v${at}`);
  cluster.settle();
  cluster.advance(300);
  for (const { id, raft } of cluster.nodes) {
    cluster.step(id, { kind: "state-durable", index: raft.status().commit });
  }
  cluster.settle();
  cluster.crash(first.id);
  const second = cluster.elect();
  expect(second.raft.status().compacted).toBeGreaterThan(10);

  cluster.restart(first.id);
  cluster.step(second.id, { kind: "peer-connected", peer: first.id });
  cluster.propose(second.id, "after");
  cluster.advance(1_000);

  const peer = second.raft.status().peers.find(({ id }) => id === first.id);
  expect(peer).toMatchObject({ state: "replicate", match: second.raft.status().lastIndex });
});

test("a follower's questions have other ids in each of its lives", () => {
  // The leader may still hold a question of an earlier life, with an index that is older than the new read.
  const cluster = new CoreCluster();
  const [asker] = others(cluster, cluster.elect());
  const asked = new Set<number>();
  for (let life = 0; life < 5; life++) {
    cluster.restart(asker.id, life);
    cluster.advance(500);
    cluster.step(asker.id, { kind: "read-index", token: life });
    for (const message of cluster.network) {
      if (message.kind === "read-index-request") asked.add(message.id);
    }
    cluster.settle();
  }

  expect(asked.size).toBe(5);
});

test("a leader whose own disk stalls takes no more than its quota, though its followers commit", () => {
  const cluster = new CoreCluster({ uncommittedBytesMax: 1_000 });
  const leader = cluster.elect();
  cluster.advance(200);
  const [a, b] = others(cluster, leader);
  for (let at = 0; at < 100; at++) {
    cluster.propose(leader.id, "x".repeat(100), at);
    cluster.deliver();
    for (const { id } of [a, b]) cluster.persist(id);
    cluster.deliver();
  }

  const refused = leader.outcomes.filter(({ kind }) => kind === "refused");
  expect(leader.raft.status().commit).toBeGreaterThan(leader.raft.status().durable);
  expect(refused.length).toBeGreaterThan(90);
});

test("a read of old entries that fails is tried again with the next heartbeat, not at once", () => {
  const cluster = new CoreCluster({ cacheBytesMax: 64 });
  const leader = cluster.elect();
  const [late] = others(cluster, leader);
  cluster.crash(late.id);
  for (let at = 0; at < 20; at++) {
    cluster.propose(leader.id, `v${at}`);
    cluster.settle();
  }
  cluster.fetches = "fail";
  cluster.restart(late.id);
  cluster.advance(1_000);
  expect(cluster.fetchCount).toBeLessThan(30);

  cluster.fetches = "answer";
  cluster.advance(500);
  expect(cluster.applied(late.id)).toHaveLength(20);
});

test("a single voter's read needs no heartbeat", () => {
  const cluster = new CoreCluster({ members: 1 });
  cluster.elect();
  cluster.settle();

  cluster.step(1, { kind: "read-index", token: 4 });

  expect(cluster.node(1).outcomes.at(-1)).toMatchObject({ kind: "read-ready", token: 4 });
});

test("after a tick the next deadline lies in the future", () => {
  const cluster = new CoreCluster();
  const leader = cluster.elect();
  cluster.delivers = () => false;

  for (let round = 0; round < 50; round++) {
    cluster.now = leader.raft.nextDeadline();
    cluster.step(leader.id, { kind: "tick" });
    expect(leader.raft.nextDeadline()).toBeGreaterThan(cluster.now);
  }
});

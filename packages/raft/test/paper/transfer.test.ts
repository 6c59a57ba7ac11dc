import { describe, expect, test } from "vitest";
import { CoreCluster, type Node } from "../core-cluster.ts";

function ready(): { cluster: CoreCluster; leader: Node; target: Node } {
  const cluster = new CoreCluster();
  const leader = cluster.elect();
  cluster.advance(300);
  const target = cluster.nodes.find(({ id }) => id !== leader.id);
  if (target === undefined) throw new Error("three nodes");
  return { cluster, leader, target };
}

describe("leadership transfer (thesis, section 3.10)", () => {
  test("the target leads at once: nobody waits for an election timeout", () => {
    const { cluster, leader, target } = ready();
    const { now } = cluster;
    const { term } = leader.raft.status();

    cluster.transfer(leader.id, target.id);
    cluster.settle();

    expect(cluster.now).toBe(now);
    expect(target.raft.status()).toMatchObject({ role: "leader", term: term + 1 });
    expect(leader.outcomes).toContainEqual({
      kind: "transfer-done",
      token: 800,
      leader: target.id,
    });
  });

  test("1. the leader stops accepting requests", () => {
    const { cluster, leader, target } = ready();
    cluster.delivers = () => false;
    cluster.transfer(leader.id, target.id);
    cluster.propose(leader.id, "x", 7);

    expect(leader.outcomes).toContainEqual({ kind: "refused", token: 7, reason: "transferring" });
  });

  test("2. it brings the target's log up to its own, and only then (3.) tells it to campaign", () => {
    const { cluster, leader, target } = ready();
    cluster.delivers = ({ to }) => to !== target.id;
    for (let at = 0; at < 20; at++) cluster.propose(leader.id, `v${at}`);
    cluster.settle();
    cluster.transfer(leader.id, target.id);
    expect(cluster.network.filter(({ kind }) => kind === "timeout-now")).toEqual([]);

    cluster.delivers = () => true;
    cluster.advance(500);

    expect(target.raft.status().role).toBe("leader");
    expect(cluster.applied(target.id)).toHaveLength(20);
  });

  test("the vote request says that the leader wants it, so those who hear it vote all the same", () => {
    const { cluster, leader, target } = ready();
    cluster.transfer(leader.id, target.id);
    cluster.deliver();
    cluster.persist(target.id);

    const requests = cluster.network.filter(({ kind }) => kind === "vote-request");
    expect(requests).toHaveLength(2);
    for (const request of requests) expect(request).toMatchObject({ transfer: true });
  });

  test("if it is not over after an election timeout, the leader gives up and accepts requests again", () => {
    const { cluster, leader, target } = ready();
    cluster.delivers = ({ kind }) => kind !== "timeout-now";
    cluster.transfer(leader.id, target.id);
    cluster.advance(cluster.options.electionTimeoutMs + 20);
    expect(leader.outcomes).toContainEqual({
      kind: "transfer-failed",
      token: 800,
      reason: "timed-out",
    });

    cluster.propose(leader.id, "x", 7);
    cluster.settle();
    expect(leader.raft.status().role).toBe("leader");
    expect(cluster.applied(target.id)).toEqual(["x"]);
  });

  test("a target that is down costs writes for an election timeout, and no leader", () => {
    const { cluster, leader, target } = ready();
    cluster.crash(target.id);
    cluster.transfer(leader.id, target.id);
    cluster.advance(2 * cluster.options.electionTimeoutMs);

    expect(leader.raft.status()).toMatchObject({ role: "leader", transferringTo: undefined });
  });
});

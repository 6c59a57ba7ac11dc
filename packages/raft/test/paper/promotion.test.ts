import { describe, expect, test } from "vitest";
import { CoreCluster } from "../core-cluster.ts";

describe("catching up before voting (thesis, section 4.2.1)", () => {
  test("a cluster grows from one voter to three without ever losing its quorum to an empty log", () => {
    const cluster = new CoreCluster({ members: 1 });
    cluster.elect();
    for (let at = 0; at < 50; at++) cluster.propose(1, `v${at}`);
    cluster.settle();
    for (const id of [2, 3]) {
      const voters = Array.from({ length: id - 1 }, (_, at) => at + 1);
      cluster.change(1, voters, { learners: [id], promotions: [[id]], token: id });
      cluster.settle();
      // The change is complete though the new node is not even started: writes go on.
      expect(cluster.node(1).outcomes.at(-1)).toMatchObject({ kind: "membership-done", token: id });
      cluster.propose(1, "while it is down");
      cluster.settle();
      expect(cluster.node(1).raft.status()).toMatchObject({
        role: "leader",
        membership: { voters },
      });
      cluster.add();
      cluster.advance(1_000);
      expect(cluster.node(1).raft.status().membership).toMatchObject({
        voters: [...voters, id],
        outgoing: [],
        learners: [],
        promotions: [],
      });
    }
    cluster.crash(1);
    expect(cluster.elect().raft.status().membership.voters).toEqual([1, 2, 3]);
    expect(cluster.applied(2)).toHaveLength(52);
  });

  test("a dead voter is replaced by the same node's new store", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    const dead = cluster.nodes.find(({ id }) => id !== leader.id)?.id ?? 0;
    cluster.crash(dead);
    cluster.add();
    cluster.change(leader.id, [1, 2, 3], { learners: [4], promotions: [[4, dead]] });
    cluster.advance(2_000);

    const voters = [1, 2, 3, 4].filter((id) => id !== dead);
    const { membership } = leader.raft.status();
    expect(membership).toMatchObject({ voters, outgoing: [], learners: [], promotions: [] });
    expect(membership.profiles.map(({ id }) => id)).toEqual(voters);
  });

  test("a later leader goes on with a promotion that it finds", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    cluster.change(leader.id, [1, 2, 3], { learners: [4], promotions: [[4]] });
    cluster.settle();
    cluster.crash(leader.id);
    cluster.add();
    const next = cluster.elect();
    cluster.advance(1_000);

    expect(next.raft.status().membership.voters).toEqual([1, 2, 3, 4]);
  });

  test("a learner that is not to be promoted stays one, and never campaigns", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    const learner = cluster.add();
    cluster.change(leader.id, [1, 2, 3], { learners: [4] });
    cluster.advance(3_000);
    expect(leader.raft.status().membership.learners).toEqual([4]);

    for (const { id } of cluster.nodes) if (id !== learner.id) cluster.crash(id);
    cluster.advance(10_000);
    expect(learner.raft.status()).toMatchObject({ role: "follower", term: 1 });
  });
});

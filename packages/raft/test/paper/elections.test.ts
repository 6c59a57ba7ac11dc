import { describe, expect, test } from "vitest";
import { CoreCluster } from "../core-cluster.ts";

describe("leader election (Raft, section 5.2)", () => {
  test("members elect one leader, and only one", () => {
    const cluster = new CoreCluster({ members: 5 });

    cluster.elect();

    const roles = cluster.nodes.map(({ raft }) => raft.status().role);
    expect(roles.filter((role) => role === "leader")).toHaveLength(1);
    expect(roles.filter((role) => role === "follower")).toHaveLength(4);
  });

  test("a single voter leads once its own vote is durable, not before", () => {
    const cluster = new CoreCluster({ members: 1 });
    cluster.now = 5_000;

    cluster.step(1, { kind: "tick" });
    cluster.now = cluster.node(1).raft.nextDeadline();
    cluster.step(1, { kind: "tick" });
    expect(cluster.node(1).raft.status().role).toBe("candidate");

    cluster.persist(1);
    expect(cluster.node(1).raft.status().role).toBe("leader");
  });

  test("a vote is granted only after it is durable", () => {
    const cluster = new CoreCluster();
    const request = {
      kind: "vote-request",
      from: cluster.node(1).id,
      to: cluster.node(2).id,
      term: 1,
      last: { term: 0, index: 0 },
      transfer: false,
    } as const;

    cluster.step(2, { kind: "message", message: request });
    expect(cluster.network).toEqual([]);

    cluster.persist(2);
    expect(cluster.network).toMatchObject([{ kind: "vote-response", granted: true, to: 1 }]);
    expect(cluster.node(2).disk.hardState).toMatchObject({ term: 1, vote: 1 });
  });

  test("a vote survives a crash: nobody else gets it in that term", () => {
    const cluster = new CoreCluster();
    const ask = (from: number) =>
      ({
        kind: "vote-request",
        from: cluster.node(from).id,
        to: cluster.node(2).id,
        term: 1,
        last: { term: 0, index: 0 },
        transfer: false,
      }) as const;
    cluster.step(2, { kind: "message", message: ask(1) });
    cluster.persist(2);
    cluster.crash(2);
    cluster.restart(2);
    cluster.network = [];

    cluster.step(2, { kind: "message", message: ask(3) });
    cluster.persist(2);

    expect(cluster.network).toMatchObject([{ kind: "vote-response", granted: false, to: 3 }]);
  });

  test.each([
    { last: { term: 2, index: 1 }, granted: true, why: "a later term beats a longer log" },
    {
      last: { term: 1, index: 9 },
      granted: false,
      why: "a longer log of an earlier term does not",
    },
    { last: { term: 2, index: 0 }, granted: false, why: "shorter in the same term" },
    { last: { term: 2, index: 1 }, granted: true, why: "equal" },
  ])("the election restriction (5.4.1): $why", ({ last, granted }) => {
    const cluster = new CoreCluster();
    const append = {
      kind: "append-request",
      from: cluster.node(1).id,
      to: cluster.node(2).id,
      term: 2,
      epoch: 1,
      round: 1,
      prev: { term: 0, index: 0 },
      entries: [{ index: 1, term: 2, kind: "noop", payload: new Uint8Array() }],
      commit: 0,
      floor: 0,
    } as const;
    cluster.step(2, { kind: "message", message: append });
    cluster.persist(2);
    cluster.network = [];
    cluster.now = 10_000;

    cluster.step(2, {
      kind: "message",
      message: {
        kind: "vote-request",
        from: cluster.node(3).id,
        to: cluster.node(2).id,
        term: 3,
        last,
        transfer: false,
      },
    });
    cluster.persist(2);

    expect(cluster.network).toMatchObject([{ kind: "vote-response", granted }]);
  });
});

describe("pre-vote, stickiness and check-quorum (thesis, sections 6.2, 9.6)", () => {
  test("a member that was cut off comes back without a higher term and without an election", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    const lone = cluster.nodes.find(({ id }) => id !== leader.id);
    const { term } = leader.raft.status();
    cluster.delivers = ({ from, to }) => from !== lone?.id && to !== lone?.id;

    cluster.advance(20_000);
    cluster.delivers = () => true;
    cluster.advance(5_000);

    expect(cluster.leader?.id).toBe(leader.id);
    expect(leader.raft.status().term).toBe(term);
  });

  test("a leader without a quorum steps down and tells its readers to ask again", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.delivers = () => false;
    cluster.step(leader.id, { kind: "read-index", token: 7 });

    cluster.advance(2_000);

    expect(leader.raft.status().role).not.toBe("leader");
    expect(leader.outcomes).toContainEqual({ kind: "read-failed", token: 7 });
  });

  test("a deaf leader, that can send but not hear, is replaced", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.delivers = ({ to }) => to !== leader.id;

    cluster.advance(10_000);
    const others = cluster.nodes.filter(({ id }) => id !== leader.id);

    expect(others.some(({ raft }) => raft.status().role === "leader")).toBe(true);
  });

  test("a member behind in term but ahead in log can still win (openraft#1796)", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    const [behind, short] = cluster.nodes.filter(({ id }) => id !== leader.id);
    if (behind === undefined || short === undefined) throw new Error("three nodes");
    cluster.delivers = ({ from, to }) => from !== short.id && to !== short.id;
    cluster.propose(leader.id, "only on two");
    cluster.settle();
    cluster.crash(leader.id);
    cluster.step(short.id, {
      kind: "message",
      message: {
        kind: "append-accepted",
        from: leader.id,
        to: short.id,
        term: 50,
        epoch: 1,
        round: 1,
        match: 0,
      },
    });
    cluster.persist(short.id);
    cluster.delivers = () => true;

    expect(cluster.elect().id).toBe(behind.id);
  });

  test("followers that know the leader's process gone elect another within 150 ms", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const cluster = new CoreCluster({ seed });
      const leader = cluster.elect();
      cluster.advance(500);
      const from = cluster.now;
      cluster.crash(leader.id);
      for (const { id } of cluster.nodes) cluster.step(id, { kind: "peer-gone", peer: leader.id });

      while (cluster.leader === undefined && cluster.now < from + 5_000) cluster.advance(1, 1);

      expect(cluster.now - from).toBeLessThanOrEqual(150);
    }
  });
});

test("members that start together elect a leader at once, long before an election timeout", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const cluster = new CoreCluster({ seed });

    while (cluster.leader === undefined && cluster.now < 5_000) cluster.advance(1, 1);

    expect(cluster.now).toBeLessThanOrEqual(150);
  }
});

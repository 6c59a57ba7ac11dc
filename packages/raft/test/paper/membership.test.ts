import { describe, expect, test } from "vitest";
import { CoreCluster, type Node } from "../core-cluster.ts";

function membershipOf(node: Node): string {
  const { voters, outgoing, learners } = node.raft.status().membership;
  return `${voters}${outgoing.length > 0 ? `&${outgoing}` : ""}${learners.length > 0 ? `+${learners}` : ""}`;
}

function settledBy(node: Node, token = 900): object | undefined {
  return node.outcomes.find((outcome) => outcome.token === token);
}

function follower(cluster: CoreCluster, leader: Node): Node {
  const found = cluster.nodes.find(({ id }) => id !== leader.id);
  if (found === undefined) throw new Error("there are others");
  return found;
}

describe("joint consensus (thesis, section 4.3)", () => {
  test("a change of voters goes by a joint configuration that is left by itself", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    cluster.add();
    cluster.change(leader.id, [1, 2, 4]);
    expect(membershipOf(leader)).toBe("1,2,4&1,2,3");

    cluster.advance(1_000);

    const now = cluster.elect();
    for (const id of [1, 2, 4]) expect(membershipOf(cluster.node(id))).toBe("1,2,4");
    const index = now.raft.status().membershipIndex;
    expect(settledBy(leader)).toEqual({ kind: "membership-done", token: 900, index });
  });

  test("learners are added and taken away by one plain entry", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    cluster.add();
    cluster.change(leader.id, [1, 2, 3], { learners: [4] });
    cluster.advance(500);
    expect(settledBy(leader)).toMatchObject({ kind: "membership-done" });
    const { lastIndex } = leader.raft.status();

    cluster.change(leader.id, [1, 2, 3], { token: 901 });
    cluster.advance(500);

    expect(leader.raft.status().lastIndex).toBe(lastIndex + 1);
    expect(membershipOf(cluster.node(4))).toBe("1,2,3");
    expect(leader.raft.status().peers.map(({ id }) => id)).toHaveLength(2);
  });

  test("while it is joint, each half has to agree: to commit, to elect, to stay the leader", () => {
    const cluster = new CoreCluster({ members: 3 });
    const leader = cluster.elect();
    cluster.advance(200);
    for (let at = 0; at < 3; at++) cluster.add();
    const cut = new Set<number>([4, 5, 6].filter((id) => id !== leader.id));
    cluster.delivers = ({ to, from }) => !cut.has(to) && !cut.has(from);
    cluster.change(leader.id, [4, 5, 6]);
    cluster.settle();
    const { commit } = leader.raft.status();
    cluster.propose(leader.id, "x");
    cluster.settle();
    expect(leader.raft.status().commit).toBe(commit);

    cluster.advance(1_500);
    expect(leader.raft.status().role).not.toBe("leader");
    expect(settledBy(leader)).toEqual({ kind: "membership-unknown", token: 900 });

    cluster.delivers = () => true;
    cluster.advance(5_000);
    const next = cluster.elect();
    expect(membershipOf(next)).toBe("4,5,6");
    expect([4, 5, 6]).toContain(next.id);
  });

  test("a later leader leaves the joint configuration that it finds (etcd#12136)", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    cluster.add();
    // Everybody has the joint entry; its commit, and so what follows it, is not known to the leader.
    cluster.change(leader.id, [1, 2, 3, 4]);
    cluster.deliver();
    for (const { id } of cluster.nodes) if (id !== leader.id) cluster.persist(id);
    cluster.crash(leader.id);
    cluster.advance(5_000);

    expect(membershipOf(cluster.elect())).toBe("1,2,3,4");
  });

  test("an uncommitted configuration is out of force again when it is truncated (thesis, section 4.1)", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    cluster.delivers = () => false;
    cluster.change(leader.id, [leader.id]);
    cluster.settle();
    cluster.crash(leader.id);
    cluster.delivers = () => true;
    cluster.elect();
    cluster.restart(leader.id, 1);
    expect(membershipOf(cluster.node(leader.id))).toBe(`${leader.id}&1,2,3`);

    cluster.advance(1_000);
    expect(membershipOf(cluster.node(leader.id))).toBe("1,2,3");
  });
});

describe("when a change is refused", () => {
  test("before the leader has committed an entry of its term (the flaw of 2015)", () => {
    const cluster = new CoreCluster();
    cluster.delivers = ({ kind }) => !kind.startsWith("append");
    const leader = cluster.elect();
    cluster.change(leader.id, [1, 2]);
    expect(settledBy(leader)).toMatchObject({ kind: "membership-refused", reason: "in-progress" });
  });

  test("while another is under way, at a follower, computed from a former one, or senseless", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    const reason = (node: Node, token: number) => settledBy(node, token);
    cluster.change(follower(cluster, leader).id, [1, 2], { token: 1 });
    expect(reason(follower(cluster, leader), 1)).toMatchObject({ reason: "not-leader" });
    cluster.change(leader.id, [], { token: 2 });
    cluster.change(leader.id, [1, 2, 3], { learners: [3], token: 3 });
    cluster.change(leader.id, [1, 2, 3], { promotions: [[4]], token: 4 });
    for (const token of [2, 3, 4])
      expect(reason(leader, token)).toMatchObject({ reason: "invalid" });
    const target = leader.raft.status().membership;
    cluster.step(leader.id, { kind: "change-membership", token: 5, basedOn: 99, target });
    expect(reason(leader, 5)).toMatchObject({ reason: "outdated" });
    cluster.change(leader.id, [1, 2, 3], { token: 6 });
    cluster.change(leader.id, [1, 2, 3], { token: 7 });
    expect(reason(leader, 7)).toMatchObject({ reason: "in-progress" });
    cluster.settle();
    expect(reason(leader, 6)).toMatchObject({ kind: "membership-done" });
  });
});

describe("removal (thesis, section 4.2.2)", () => {
  test("a leader removes itself: it replicates to the end, tells the outcome, steps down and stays quiet", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    cluster.change(
      leader.id,
      [1, 2, 3].filter((id) => id !== leader.id),
    );
    cluster.settle();
    expect(settledBy(leader)).toMatchObject({ kind: "membership-done" });
    expect(leader.raft.status().role).toBe("follower");

    const { term } = cluster.elect().raft.status();
    cluster.advance(10_000);
    expect(leader.raft.status().role).toBe("follower");
    expect(cluster.elect().raft.status().term).toBe(term);
  });

  test("its successor is asked at once, so that nobody waits for a timeout", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    cluster.change(
      leader.id,
      [1, 2, 3].filter((id) => id !== leader.id),
    );
    cluster.settle();

    expect(cluster.leader?.id).not.toBe(leader.id);
    expect(cluster.leader).toBeDefined();
  });

  test("a removed follower is told so, and one that is not told disturbs nobody", () => {
    const cluster = new CoreCluster({ members: 4 });
    const leader = cluster.elect();
    cluster.advance(200);
    const [told, deaf] = cluster.nodes.filter(({ id }) => id !== leader.id);
    if (told === undefined || deaf === undefined) throw new Error("four nodes");
    cluster.delivers = ({ to }) => to !== deaf.id;
    const rest = [1, 2, 3, 4].filter((id) => id !== told.id && id !== deaf.id);
    cluster.change(leader.id, rest);
    cluster.settle();
    const { membershipIndex, term } = leader.raft.status();
    expect(told.raft.status()).toMatchObject({ membershipIndex, commit: membershipIndex });

    cluster.delivers = () => true;
    cluster.advance(10_000);
    expect(leader.raft.status()).toMatchObject({ role: "leader", term });
    expect(leader.raft.status().peers).toHaveLength(1);
  });

  test("one that is back at once is a new peer: acknowledgements of its former session do not count", () => {
    const cluster = new CoreCluster({ members: 4 });
    const leader = cluster.elect();
    cluster.advance(200);
    const gone = follower(cluster, leader);
    cluster.change(
      leader.id,
      [1, 2, 3, 4].filter((id) => id !== gone.id),
    );
    cluster.settle();
    cluster.change(leader.id, [1, 2, 3, 4], { token: 901 });
    cluster.step(leader.id, {
      kind: "message",
      message: {
        kind: "append-accepted",
        from: gone.id,
        to: leader.id,
        term: leader.raft.status().term,
        epoch: 1,
        round: 1,
        match: 2,
      },
    });
    expect(leader.raft.status().peers.find(({ id }) => id === gone.id)).toMatchObject({ match: 0 });
    cluster.settle();
    expect(settledBy(leader, 901)).toMatchObject({ kind: "membership-done" });
  });

  test("a voter becomes a learner only when the joint configuration is left", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(200);
    const demoted = follower(cluster, leader).id;
    cluster.change(
      leader.id,
      [1, 2, 3].filter((id) => id !== demoted),
      { learners: [demoted] },
    );
    expect(leader.raft.status().membership).toMatchObject({
      outgoing: [1, 2, 3],
      learners: [],
      learnersNext: [demoted],
    });
    cluster.settle();
    expect(leader.raft.status().membership).toMatchObject({
      outgoing: [],
      learners: [demoted],
      learnersNext: [],
    });
  });
});

import { describe, expect, test } from "vitest";
import type { AppendRequest, Message, SnapshotOffer } from "../../src/index.ts";
import { CoreCluster, type Node } from "../core-cluster.ts";

const COMPACTED_AT_ONCE = { trailingEntries: 0, trailingBytes: 1 };

/** A cluster in which one member was down while the others wrote and compacted thirty entries. */
function withOneBehind(): { cluster: CoreCluster; leader: Node; behind: Node } {
  const cluster = new CoreCluster(COMPACTED_AT_ONCE);
  const leader = cluster.elect();
  const behind = cluster.nodes.find(({ id }) => id !== leader.id);
  if (behind === undefined) throw new Error("three nodes");
  cluster.crash(behind.id);
  for (let at = 0; at < 30; at++) cluster.propose(leader.id, `v${at}`);
  // So long without an answer, it does not count as live any more.
  cluster.advance(1_500);
  const { commit: index } = leader.raft.status();
  for (const { id } of cluster.nodes) cluster.step(id, { kind: "state-durable", index });
  cluster.settle();
  return { cluster, leader, behind };
}

/** Words of member 1, which leads term 3, to member 2. */
function said<Kind extends AppendRequest | SnapshotOffer>(
  cluster: CoreCluster,
  words: Omit<Kind, "from" | "to" | "term" | "epoch" | "round">,
): { readonly kind: "message"; readonly message: Message } {
  const { id: from } = cluster.node(1);
  const { id: to } = cluster.node(2);
  const message = { from, to, term: 3, epoch: 1, round: 1, ...words } as Kind;
  return { kind: "message", message };
}

function entries(first: number, last: number, term: number): AppendRequest["entries"] {
  return Array.from({ length: last - first + 1 }, (_, at) => ({
    index: first + at,
    term,
    kind: "commands" as const,
    payload: new Uint8Array(),
  }));
}

describe("log compaction (Raft, section 7)", () => {
  test("a follower that the log no longer reaches is sent a state, and goes on from there", () => {
    const { cluster, leader, behind } = withOneBehind();
    expect(leader.raft.status().compacted).toBe(leader.raft.status().commit);

    cluster.restart(behind.id);
    cluster.advance(500);
    cluster.propose(leader.id, "after");
    cluster.settle();

    expect(cluster.snapshotCount).toBe(1);
    expect(cluster.applied(behind.id)).toEqual(cluster.applied(leader.id));
    expect(cluster.applied(behind.id).at(-1)).toBe("after");
  });

  test("each member compacts by itself, as far as its own state is durable", () => {
    const cluster = new CoreCluster(COMPACTED_AT_ONCE);
    const leader = cluster.elect();
    for (let at = 0; at < 10; at++) cluster.propose(leader.id, `v${at}`);
    cluster.advance(300);

    for (const { id } of cluster.nodes) cluster.step(id, { kind: "state-durable", index: 2 * id });
    cluster.settle();

    expect(cluster.nodes.map(({ disk }) => disk.compacted.index)).toEqual([2, 4, 6]);
  });

  test("the state brings the configuration that was in force at its last entry", () => {
    const { cluster, leader, behind } = withOneBehind();
    const { commit } = leader.raft.status();
    cluster.change(leader.id, [1, 2, 3], { learners: [4] });
    cluster.settle();
    cluster.snapshots = "hold";
    cluster.restart(behind.id);
    cluster.advance(300);

    const [wanted] = leader.wanted;
    if (wanted === undefined) throw new Error("a state is wanted");
    cluster.step(leader.id, { kind: "snapshot-opened", ...wanted, index: commit });
    cluster.settle();

    expect(behind.fetch?.meta).toMatchObject({
      last: { index: commit },
      membership: { voters: [1, 2, 3], learners: [] },
    });
    cluster.stageSnapshot(behind.id);
    cluster.settle();
    expect(behind.disk.base.learners).toEqual([]);
    expect(behind.raft.status().membership.learners).toEqual([4]);
  });
});

describe("when a state is installed (Raft, figure 13)", () => {
  const last = { index: 5, term: 2 };

  test("entries behind its last one are retained where the log holds that one (step 6)", () => {
    const cluster = new CoreCluster();
    const { membership } = cluster;
    cluster.snapshots = "hold";
    const offer = said<SnapshotOffer>(cluster, {
      kind: "snapshot-offer",
      meta: { last, membership },
    });
    const append = said<AppendRequest>(cluster, {
      kind: "append-request",
      prev: { index: 0, term: 0 },
      entries: [...entries(1, 5, 2), ...entries(6, 8, 3)],
      commit: 0,
      floor: 0,
    });
    cluster.step(2, offer);
    cluster.persist(2);
    cluster.step(2, append);
    cluster.persist(2);

    cluster.step(2, { kind: "snapshot-staged", meta: { last, membership } });
    cluster.persist(2);

    expect(cluster.node(2).raft.status()).toMatchObject({ lastIndex: 8, compacted: 0 });
    expect(cluster.node(2).disk.entries).toHaveLength(8);
  });

  test("otherwise the whole log is discarded (step 7)", () => {
    const cluster = new CoreCluster();
    const { membership } = cluster;
    cluster.snapshots = "hold";
    // Nothing that these have in common with the leader's log is known.
    const append = said<AppendRequest>(cluster, {
      kind: "append-request",
      prev: { index: 0, term: 0 },
      entries: entries(1, 8, 1),
      commit: 0,
      floor: 0,
    });
    const offer = said<SnapshotOffer>(cluster, {
      kind: "snapshot-offer",
      meta: { last, membership },
    });
    cluster.step(2, append);
    cluster.persist(2);
    cluster.step(2, offer);
    cluster.persist(2);
    expect(cluster.node(2).fetch?.meta.last).toEqual(last);

    cluster.network = [];
    cluster.step(2, { kind: "snapshot-staged", meta: { last, membership } });
    const write = cluster.node(2).writes.at(-1);
    expect(write).toMatchObject({ install: { last }, entries: [] });

    // It is acknowledged when it is in place, not before.
    expect(cluster.network).toEqual([]);
    expect(cluster.node(2).raft.status()).toMatchObject({ lastIndex: 5, compacted: 5, commit: 5 });
  });

  test("a state that holds no more than is committed here is not fetched", () => {
    const cluster = new CoreCluster();
    const { membership } = cluster;
    cluster.snapshots = "hold";
    const append = said<AppendRequest>(cluster, {
      kind: "append-request",
      prev: { index: 0, term: 0 },
      entries: entries(1, 6, 2),
      commit: 6,
      floor: 0,
    });
    const offer = said<SnapshotOffer>(cluster, {
      kind: "snapshot-offer",
      meta: { last, membership },
    });
    cluster.step(2, append);
    cluster.persist(2);
    cluster.network = [];
    cluster.step(2, offer);

    expect(cluster.node(2).fetch).toBeUndefined();
    expect(cluster.network).toMatchObject([{ kind: "append-accepted", match: 6 }]);
  });
});

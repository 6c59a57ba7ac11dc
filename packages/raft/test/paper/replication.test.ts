import { describe, expect, test } from "vitest";
import { CoreCluster } from "../core-cluster.ts";

const noBytes = new Uint8Array();
const entry = (index: number, term: number) =>
  ({ index, term, kind: "commands", payload: noBytes }) as const;

function append(cluster: CoreCluster, fields: object) {
  return {
    kind: "append-request",
    from: cluster.node(1).id,
    to: cluster.node(2).id,
    term: 1,
    epoch: 1,
    round: 1,
    prev: { term: 0, index: 0 },
    entries: [],
    commit: 0,
    floor: 0,
    ...fields,
  } as const;
}

describe("log replication (Raft, section 5.3)", () => {
  test("what is proposed at the leader is applied everywhere, in order", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();

    for (const text of ["a", "b", "c"]) cluster.propose(leader.id, text);
    cluster.settle();

    for (const { id } of cluster.nodes) expect(cluster.applied(id)).toEqual(["a", "b", "c"]);
  });

  test("a leader commits only with its own write or a majority of others durable", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    const before = leader.raft.status().commit;
    cluster.propose(leader.id, "x");
    for (const { id } of cluster.nodes) cluster.deliver(({ to }) => to === id);

    cluster.persist(leader.id);
    expect(leader.raft.status().commit).toBe(before);

    cluster.settle();
    expect(leader.raft.status().commit).toBe(before + 1);
  });

  test("a single voter answers nothing before its own log is durable (etcd#14370)", () => {
    const cluster = new CoreCluster({ members: 1 });
    cluster.elect();
    cluster.propose(1, "x");
    expect(cluster.applied(1)).toEqual([]);

    cluster.persist(1);
    expect(cluster.applied(1)).toEqual(["x"]);
  });

  test("a late, shorter append erases nothing that was accepted (checklist G4)", () => {
    const cluster = new CoreCluster();
    const long = append(cluster, { entries: [entry(1, 1), entry(2, 1)] });
    const short = append(cluster, { entries: [entry(1, 1)] });

    cluster.step(2, { kind: "message", message: long }, { kind: "message", message: short });
    cluster.persist(2);

    expect(cluster.node(2).disk.entries.map(({ index }) => index)).toEqual([1, 2]);
  });

  test("a follower commits only what this message verified (CCF#8172)", () => {
    const cluster = new CoreCluster();
    const own = append(cluster, { term: 3, entries: [entry(1, 3), entry(2, 3)] });
    cluster.step(2, { kind: "message", message: own });
    cluster.persist(2);

    const partial = append(cluster, { term: 4, entries: [entry(1, 3)], commit: 2 });
    cluster.step(2, { kind: "message", message: partial });
    cluster.persist(2);

    expect(cluster.node(2).raft.status().commit).toBe(1);
  });

  test("an acknowledgement names what matched, not the end of the follower's log (checklist G6)", () => {
    const cluster = new CoreCluster();
    const own = append(cluster, { term: 3, entries: [entry(1, 3), entry(2, 3), entry(3, 3)] });
    cluster.step(2, { kind: "message", message: own });
    cluster.persist(2);
    cluster.network = [];

    const first = append(cluster, { term: 4, entries: [entry(1, 3)] });
    cluster.step(2, { kind: "message", message: first });
    cluster.persist(2);

    expect(cluster.network).toMatchObject([{ kind: "append-accepted", match: 1 }]);
  });

  test("the completion of a superseded write says nothing about its successor (ABA)", () => {
    const cluster = new CoreCluster();
    cluster.step(2, { kind: "message", message: append(cluster, { entries: [entry(1, 1)] }) });
    const newer = append(cluster, { from: cluster.node(3).id, term: 2, entries: [entry(1, 2)] });
    cluster.step(2, { kind: "message", message: newer });

    cluster.persist(2, 1);
    expect(cluster.node(2).raft.status().durable).toBe(0);
    expect(cluster.network.filter(({ kind }) => kind === "append-accepted")).toEqual([]);

    cluster.persist(2);
    expect(cluster.node(2).raft.status().durable).toBe(1);
    expect(cluster.network).toMatchObject([{ kind: "append-accepted", to: 3, match: 1 }]);
  });

  test("entries of earlier terms are committed only by one of the own term (5.4.2, Figure 8)", () => {
    const cluster = new CoreCluster({ members: 5 });
    const first = cluster.elect();
    cluster.delivers = ({ kind }) => kind !== "append-request";
    cluster.propose(first.id, "old");
    cluster.settle();
    cluster.crash(first.id);
    cluster.delivers = () => true;
    const second = cluster.elect();
    cluster.restart(first.id);
    cluster.advance(3_000);

    expect(cluster.applied(first.id)).toEqual([]);
    cluster.propose(second.id, "new");
    cluster.settle();
    cluster.advance(1_000);
    for (const { id } of cluster.nodes) expect(cluster.applied(id)).toEqual(["new"]);
  });

  test("lost appends are found out by heartbeats and sent again", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.advance(500);
    cluster.delivers = ({ kind }) => kind !== "append-request";
    for (let at = 0; at < 200; at++) cluster.propose(leader.id, `v${at}`);
    cluster.settle();
    cluster.delivers = () => true;

    cluster.advance(1_000);

    for (const { id } of cluster.nodes) expect(cluster.applied(id)).toHaveLength(200);
  });

  test("a peer whose entries have left memory is served from disk", () => {
    const cluster = new CoreCluster({ cacheBytesMax: 64 });
    const leader = cluster.elect();
    const late = cluster.nodes.find(({ id }) => id !== leader.id);
    if (late === undefined) throw new Error("three nodes");
    cluster.crash(late.id);
    for (let at = 0; at < 50; at++) {
      cluster.propose(leader.id, `v${at}`);
      cluster.settle();
    }
    cluster.restart(late.id);

    cluster.advance(2_000);

    expect(cluster.applied(late.id)).toHaveLength(50);
  });

  test("proposals beyond the quota are refused as busy, and the quota comes back", () => {
    const cluster = new CoreCluster({ uncommittedBytesMax: 100 });
    const leader = cluster.elect();
    cluster.delivers = () => false;
    cluster.propose(leader.id, "x".repeat(500), 1);
    cluster.propose(leader.id, "y", 2);
    expect(leader.outcomes).toMatchObject([
      { kind: "accepted", token: 1 },
      { kind: "refused", token: 2, reason: "busy" },
    ]);

    cluster.delivers = () => true;
    cluster.advance(500);
    cluster.propose(leader.id, "z", 3);
    expect(leader.outcomes.at(-1)).toMatchObject({ kind: "accepted", token: 3 });
  });
});

describe("linearizable reads (thesis, section 6.4)", () => {
  test("a read waits for a round that began after it", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.propose(leader.id, "x");
    cluster.settle();

    cluster.step(leader.id, { kind: "read-index", token: 9 });
    expect(leader.outcomes.filter(({ kind }) => kind === "read-ready")).toEqual([]);
    cluster.settle();

    const { commit } = leader.raft.status();
    expect(leader.outcomes).toContainEqual({ kind: "read-ready", token: 9, index: commit });
  });

  test("late answers of an earlier round confirm no newer read (etcd#20418)", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.step(leader.id, { kind: "read-index", token: 1 });
    cluster.deliver(({ kind }) => kind === "heartbeat-request");
    const late = cluster.network;
    cluster.network = [];
    cluster.step(leader.id, { kind: "read-index", token: 2 });
    cluster.network = late;
    cluster.deliver();

    const ready = leader.outcomes.filter(({ kind }) => kind === "read-ready");
    expect(ready.map(({ token }) => token)).toEqual([1]);
  });

  test("a follower's read is answered by the leader's index", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    const follower = cluster.nodes.find(({ id }) => id !== leader.id);
    if (follower === undefined) throw new Error("three nodes");
    cluster.propose(leader.id, "x");
    cluster.settle();

    cluster.step(follower.id, { kind: "read-index", token: 3 }, { kind: "read-index", token: 4 });
    expect(cluster.network.filter(({ kind }) => kind === "read-index-request")).toHaveLength(1);
    cluster.settle();

    const index = leader.raft.status().commit;
    expect(follower.outcomes).toEqual([
      { kind: "read-ready", token: 3, index },
      { kind: "read-ready", token: 4, index },
    ]);
  });

  test("a new leader's read index covers everything committed before it", () => {
    const cluster = new CoreCluster();
    const leader = cluster.elect();
    cluster.propose(leader.id, "x");
    cluster.settle();
    const { commit } = leader.raft.status();
    cluster.crash(leader.id);
    const next = cluster.elect();
    cluster.step(next.id, { kind: "read-index", token: 5 });
    cluster.advance(200);

    const ready = next.outcomes.find(({ kind }) => kind === "read-ready");
    expect(ready).toMatchObject({ token: 5 });
    if (ready?.kind === "read-ready") expect(ready.index).toBeGreaterThan(commit);
  });
});

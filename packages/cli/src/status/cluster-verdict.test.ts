import type { EndpointStatus, NodeUp } from "@holdfast/client";
import { expect, test } from "vitest";
import { clusterVerdict } from "./cluster-verdict.ts";
import { byteCount, statusRow } from "./status-row.ts";

function up(memberId: number, given: Partial<NodeUp> = {}): NodeUp {
  return {
    kind: "up",
    endpoint: `127.0.0.1:${memberId}`,
    version: "0.1.0",
    clusterId: 9,
    memberId,
    leaderId: 1,
    isLeader: memberId === 1,
    isLearner: false,
    revision: 5,
    raftTerm: 2,
    raftIndex: 10,
    raftAppliedIndex: 10,
    stateBytes: 20_480,
    errors: [],
    ...given,
  };
}

function down(port: number): EndpointStatus {
  return { kind: "down", endpoint: `127.0.0.1:${port}`, reason: "connection refused\nat …" };
}

test.each([
  {
    nodes: [up(1), up(2), up(3)],
    says: "HEALTHY: can lose 1 node; 3 of 3 nodes take part, leader 127.0.0.1:1, term 2",
  },
  {
    nodes: [up(1), down(2), up(3)],
    says: "DEGRADED: can lose no node; 2 of 3 nodes take part, leader 127.0.0.1:1, term 2",
  },
  {
    nodes: [up(1), down(2), down(3)],
    says: "NO QUORUM: 1 of 3 nodes takes part; writes stop until 1 more node is back",
  },
  {
    nodes: [down(1), down(2), down(3)],
    says: "NO QUORUM: 0 of 3 nodes take part; writes stop until 2 more nodes are back",
  },
  {
    nodes: [up(1)],
    says: "HEALTHY: can lose no node; 1 of 1 node takes part, leader 127.0.0.1:1, term 2",
  },
  {
    nodes: [1, 2, 3, 4, 5].map((id) => up(id)),
    says: "HEALTHY: can lose 2 nodes; 5 of 5 nodes take part, leader 127.0.0.1:1, term 2",
  },
  {
    nodes: [up(2, { leaderId: 0 }), up(3, { leaderId: 0 }), down(1)],
    says: "NO LEADER: 2 of 3 nodes asked take part; writes wait until one is elected",
  },
  {
    nodes: [up(1), up(2), up(3), up(4, { isLearner: true })],
    says: "HEALTHY: can lose 1 node; 3 of 3 nodes take part, leader 127.0.0.1:1, term 2",
  },
  {
    nodes: [up(1), up(0), up(0)],
    says: "NO QUORUM: 1 of 3 nodes takes part; writes stop until 1 more node is back",
  },
  {
    nodes: [down(1)],
    says: "NO QUORUM: 0 of 1 node takes part; writes stop until 1 more node is back",
  },
])("$says", ({ nodes, says }) => {
  const verdict = clusterVerdict(nodes);

  expect(verdict.sentence).toBe(says);
  expect(verdict.acceptsWrites).toBe(says.includes("can lose"));
});

test("a node that was asked under two addresses counts once", () => {
  const verdict = clusterVerdict([up(1), { ...up(1), endpoint: "localhost:1" }, up(2), down(3)]);

  expect(verdict.sentence).toContain("2 of 3 nodes take part");
});

test("who was removed is told as such and counts no more, whatever it says of itself", () => {
  const known = { all: new Set([1, 2]), voters: new Set([1, 2]) };
  const removed = up(3, { leaderId: 0, errors: ["this node was removed from its cluster"] });

  const verdict = clusterVerdict([removed, up(1), up(2)], known);

  expect(verdict.sentence).toContain("HEALTHY: can lose no node; 2 of 2 nodes take part");
  expect(statusRow(removed, [removed], known)[2]).toBe("removed");
});

test("where the members are known, those that were not asked count too, and strangers do not", () => {
  const known = { all: new Set([1, 2, 3, 4]), voters: new Set([1, 2, 3]) };

  expect(clusterVerdict([up(1), up(2)], known).sentence).toContain("2 of 3 nodes take part");
  expect(clusterVerdict([up(1), up(2), up(3), down(9)], known).sentence).toContain(
    "HEALTHY: can lose 1 node; 3 of 3 nodes take part",
  );
});

test("of two that claim to lead, the later term is believed", () => {
  const verdict = clusterVerdict([up(1), up(2, { isLeader: true, raftTerm: 3 }), up(3)]);

  expect(verdict.sentence).toContain("leader 127.0.0.1:2, term 3");
});

test("a row shows how far a node is behind", () => {
  const ahead = up(1, { raftIndex: 25, raftAppliedIndex: 25 });
  const behind = up(0xab, { errors: ["disk is nearly full"] });

  expect(statusRow(behind, [ahead, behind])).toEqual([
    "127.0.0.1:171",
    "ab",
    "follower",
    "2",
    "5",
    "10",
    "15",
    "0.1.0",
    "20.0 KiB",
    "disk is nearly full",
  ]);
});

test("a node that is down has a row as wide as the others", () => {
  expect(statusRow(down(2), [up(1), down(2)])).toEqual([
    "127.0.0.1:2",
    "-",
    "down",
    ...Array.from({ length: 6 }, () => "-"),
    "connection refused",
  ]);
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KiB"],
  [5 * 1024 ** 3, "5.0 GiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(byteCount(bytes)).toBe(text);
});

test("a leader without room on its disk takes no writes, for nobody has any", () => {
  const errors = ["NOSPACE: data/n1 is nearly full"];

  const verdict = clusterVerdict([up(1, { isLeader: true, errors }), up(2, { errors }), up(3)]);

  expect(verdict).toEqual({
    state: "bad",
    sentence: "NO SPACE: writes are refused until disk space is freed; reads go on",
    acceptsWrites: false,
  });
});

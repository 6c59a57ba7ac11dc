import { randomFillSync } from "node:crypto";
import { cp, rm } from "node:fs/promises";
import { eventually, type NodeProcess, startCluster } from "@holdfast/testkit";
import { beforeAll, expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";
import { grpcRefusal, message } from "./grpc-refusal.ts";
import { beginningOfCall, dial, HTTP2_BEGIN, said } from "./raw-connection.ts";
import { before, expectUnharmed } from "./unharmed-node.ts";

const isAll = process.env["BAD_INPUT"] === "all";
const PEER = "/holdfast.v1.Peer";
const cluster = sharedCluster();

let leader: NodeProcess;
beforeAll(async () => {
  leader = await cluster().leader();
});

test("strangers on the peer port of a leader under load: no election, no write lost, nothing left", async () => {
  const was = before(leader);
  const undisturbed = await standing();
  await using writes = new UniqueWrites("strangers/");
  await writes.addSdk(cluster(), 4);

  const strangers = [
    ...["GET / HTTP/1.1\r\n\r\n", randomFillSync(Buffer.alloc(5_000))].map(async (bytes) => {
      const socket = await dial(leader.peer);
      socket.write(bytes);
      // Who does not speak HTTP/2 is not answered.
      expect(await said(socket)).toBe("");
    }),
    ...Array.from({ length: 60 }, async (_, at) => {
      const socket = await dial(leader.peer);
      socket.resume();
      const method = ["Hello", "Exchange", "FetchSnapshot"][at % 3];
      socket.write(at % 4 === 0 ? HTTP2_BEGIN : beginningOfCall(`${PEER}/${method}`));
      return socket;
    }),
  ];
  const held = await Promise.all(strangers);
  await writes.more(300);
  for (const socket of held) socket?.destroy();
  await writes.stop();

  await using client = await cluster().connect();
  expect(await writes.lost(client)).toEqual([]);
  expect(writes.failed).toEqual([]);
  expect(await standing()).toEqual(undisturbed);
  await expectUnharmed(cluster(), leader, was);
});

const INTERNAL = 13;
const FAILED_PRECONDITION = 9;

test.each([
  [
    "Hello of no protobuf",
    "Hello",
    Buffer.from("0aff", "hex"),
    INTERNAL,
    "Error deserializing request",
  ],
  [
    "Exchange that begins with nothing",
    "Exchange",
    message(),
    FAILED_PRECONDITION,
    "a frame holds neither an identity nor messages",
  ],
  [
    "Exchange that begins with messages",
    "Exchange",
    message([2, Buffer.of(1, 0x92, 1, 0x90)]),
    FAILED_PRECONDITION,
    "messages before an identity",
  ],
  [
    "Exchange with an identity of another protocol",
    "Exchange",
    message([1, message([2, "n9"])]),
    FAILED_PRECONDITION,
    'node "n9" speaks peer protocol 0, this release speaks 1',
  ],
  [
    "Exchange above what is let in",
    "Exchange",
    Buffer.alloc(9_000_000),
    8,
    "Received message larger than max (9000000 vs 8388608)",
  ],
  ["FetchSnapshot of nothing", "FetchSnapshot", message(), 3, "there is no group 0"],
])("%s is refused in words", async (_, method, bytes, code, details) => {
  expect(await grpcRefusal(leader.peer, { path: `${PEER}/${method}`, bytes })).toEqual({
    code,
    details,
  });
});

test("a member of another cluster is refused by the names of both", async () => {
  const { clusterId } = await standing();
  const names = [
    [2, "stranger"],
    [3, "e".repeat(32)],
    [4, "f".repeat(32)],
  ] as const;
  const identity = message([1, 1], ...names, [5, 99], [6, 77]);
  const exchange = { path: `${PEER}/Exchange`, bytes: message([1, identity]) };

  expect(await grpcRefusal(leader.peer, exchange)).toEqual({
    code: FAILED_PRECONDITION,
    details: `node stranger belongs to cluster 99, this one to ${clusterId}`,
  });
});

/** Two clusters of real processes take long to start. */
test.runIf(isAll)(
  "a node with the directory of another cluster is refused by name, and harms nobody",
  async () => {
    const [follower] = cluster().others(leader);
    if (follower === undefined) throw new Error("three nodes were started");
    const undisturbed = await standing();
    await using foreign = await startCluster();
    await Promise.all(foreign.nodes.map((node) => node.stop()));
    await follower.stop();
    const own = `${follower.data}-own`;
    await cp(follower.data, own, { recursive: true });
    await follower.wipe();
    await cp(foreign.node(follower.id).data, follower.data, { recursive: true });

    await follower.start();

    const refusal = new RegExp(`node ${leader.id} belongs to cluster \\d+, this one to \\d+`);
    await eventually(async () => refusal.test(await leader.logs()), {
      within: 15_000,
      what: "the leader to be told why the stranger refuses it",
    });
    await using client = await cluster().connect();
    await client.put("beside", "a stranger");
    expect(await standing()).toEqual(undisturbed);

    // Mended as its operator would.
    await follower.kill();
    await rm(follower.data, { recursive: true });
    await cp(own, follower.data, { recursive: true });
    await follower.start();
    await allCaughtUp(cluster());
  },
);

/** Who leads, in which term, of which cluster. */
async function standing() {
  const status = await leader.status();
  if (status.kind === "down") throw new Error(`${leader.id} is down: ${status.reason}`);
  const { isLeader, raftTerm: term, clusterId } = status;
  return { leader: isLeader ? leader.id : "another", term, clusterId };
}

import { connect } from "@holdfast/client";
import {
  CLIENTS,
  cut,
  etcdctl,
  eventually,
  type NodeProcess,
  requireTool,
} from "@holdfast/testkit";
import { expect, test } from "vitest";
import { show } from "../show.ts";
import { networkedCluster, roles } from "./networked-cluster.ts";

/** A quiet connection between peers is asked for a sign of life every 500 ms, which must come within 1.5 s; and some for a busy machine. */
const PEER_GIVES_UP_MS = 500 + 1500 + 2000;
/** A client moves on when an answer is owed for 2 s; and some for a busy machine. */
const CLIENT_MOVES_MS = 2000 + 2000;
/** etcdctl gives up a command after 5 s. */
const ETCDCTL_MS = 5000;
const stage = networkedCluster();

/** How often the node has logged that its connection to that peer ended. */
async function disconnections(node: NodeProcess, peer: NodeProcess): Promise<number> {
  const lines = (await node.logs()).split("\n").filter((line) => line.startsWith("{"));
  const entries: readonly Readonly<Record<string, unknown>>[] = lines.map((line) =>
    JSON.parse(line),
  );
  return entries.filter(({ msg, peer: name }) => msg === "peer disconnected" && name === peer.id)
    .length;
}

test("peers give up a connection on which nothing comes back, and nobody has told them", async () => {
  const { cluster, network } = stage();
  const { leader, follower } = await roles(cluster);
  const [ofLeader, ofFollower] = [
    await disconnections(leader, follower),
    await disconnections(follower, leader),
  ];

  await network.suffer(cut(leader.id, follower.id));

  const since = performance.now();
  const noticedBy = async (node: NodeProcess, peer: NodeProcess, before: number) => {
    await eventually(async () => (await disconnections(node, peer)) > before, { within: 20_000 });
    return performance.now() - since;
  };
  const noticedMs = await Promise.all([
    noticedBy(leader, follower, ofLeader),
    noticedBy(follower, leader, ofFollower),
  ]);
  show("half-open peers", { noticedMs });
  for (const ms of noticedMs) expect(ms).toBeLessThan(PEER_GIVES_UP_MS);
});

test("a client of the SDK that is cut from its node goes on by way of another", async () => {
  const { cluster, network } = stage();
  const { leader } = await roles(cluster);
  await using client = await connect(leader.client);
  await client.put("half-open/sdk", "before");
  await network.suffer(cut(CLIENTS, leader.id));

  const since = performance.now();
  const written = client.put("half-open/sdk", "behind");
  const read = client.get("half-open/other");
  await Promise.all([written, read]);
  const movedMs = performance.now() - since;

  show("half-open client", { movedMs });
  expect(movedMs).toBeLessThan(CLIENT_MOVES_MS);
  expect((await client.get("half-open/sdk"))?.text()).toBe("behind");
});

test("etcdctl goes on while one of its three endpoints swallows everything", async (context) => {
  requireTool("etcdctl", context);
  const { cluster, network } = stage();
  const { leader } = await roles(cluster);
  await network.suffer(cut(CLIENTS, leader.id));
  const endpoints = [leader, ...cluster.others(leader)].map((node) => node.client);

  const since = performance.now();
  const put = await etcdctl(cluster, ["put", "half-open/etcdctl", "goes on"], { endpoints });
  const get = await etcdctl(cluster, ["get", "half-open/etcdctl"], { endpoints });
  const tookMs = performance.now() - since;

  show("half-open etcdctl", { tookMs });
  expect(put).toMatchObject({ code: 0, stdout: "OK\n" });
  expect(get).toMatchObject({ code: 0, stdout: "half-open/etcdctl\ngoes on\n" });
  expect(tookMs).toBeLessThan(2 * ETCDCTL_MS);
});

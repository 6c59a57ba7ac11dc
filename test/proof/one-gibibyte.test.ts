import { randomBytes } from "node:crypto";
import type { Holdfast } from "@holdfast/client";
import { eventually, type NodeProcess } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";

const VALUE_BYTES = 32 * 1024;
const VALUES = 32 * 1024;
const FILLERS = 64;
const WRITERS = 8;
const QUIET_MS = 20_000;
const ARRIVES_WITHIN_MS = 400_000;
const cluster = sharedCluster();

test("a store of 1 GiB is sent to a member while clients write, and their p99 stays under twice the quiet one", async () => {
  await using client = await cluster().connect({ callTimeoutMs: 60_000 });
  const leader = await cluster().leader();
  const [behind] = cluster().others(leader);
  if (behind === undefined) throw new Error("there is no follower");
  await behind.kill();
  await fill(client);

  const quiet = await whileWriting(client, () => delay(QUIET_MS));
  const before = await applied(leader);
  const sent = await whileWriting(client, async () => {
    await behind.start();
    await eventually(async () => (await applied(behind)) >= before, {
      within: ARRIVES_WITHIN_MS,
      what: `${behind.id} has the state and all behind it`,
    });
  });

  const metrics = await behind.metrics();
  const mib = (metrics.get("holdfast_snapshot_receive_bytes_total") ?? 0) / 1024 ** 2;
  show("1 GiB sent", { receivedMiB: Math.round(mib), seconds: sent.seconds });
  show("p99 of a write, ms", { quiet: quiet.p99Ms, sending: sent.p99Ms });
  show("writes", { quiet: quiet.count, sending: sent.count });
  expect(metrics.get("etcd_network_snapshot_receive_success")).toBe(1);
  expect(mib).toBeGreaterThan(1024);
  expect(sent.p99Ms).toBeLessThan(2 * quiet.p99Ms);
  await allCaughtUp(cluster());
});

test("a whole cluster with a store of 1 GiB is killed, and answers again in under 10 s", async () => {
  await using client = await cluster().connect({ callTimeoutMs: 60_000 });
  expect((await client.range({ prefix: "big/" }, { countOnly: true })).count).toBe(VALUES);
  await Promise.all(cluster().nodes.map((node) => node.kill()));

  const since = performance.now();
  await Promise.all(cluster().nodes.map((node) => node.start()));
  const read = await client.get("big/1");
  await client.put("small/after", "1");
  const seconds = (performance.now() - since) / 1000;

  show("1 GiB restarted", { seconds });
  expect(read?.value.length).toBe(VALUE_BYTES);
  expect(seconds).toBeLessThan(10);
});

/** Values that cannot be compressed: what is stored is what was written. */
async function fill(client: Holdfast): Promise<void> {
  let next = 0;
  const loop = async (): Promise<void> => {
    for (let at = next++; at < VALUES; at = next++) {
      await client.put(`big/${at}`, randomBytes(VALUE_BYTES));
    }
  };
  await Promise.all(Array.from({ length: FILLERS }, loop));
}

interface Writes {
  readonly count: number;
  readonly p99Ms: number;
  readonly seconds: number;
}

async function whileWriting(client: Holdfast, work: () => Promise<unknown>): Promise<Writes> {
  const times: number[] = [];
  let over = false;
  const loop = async (key: string): Promise<void> => {
    while (!over) {
      const since = performance.now();
      await client.put(key, "x".repeat(200));
      times.push(performance.now() - since);
    }
  };
  const since = performance.now();
  const loops = Array.from({ length: WRITERS }, (_, at) => loop(`small/${at}`));
  await work();
  const seconds = (performance.now() - since) / 1000;
  over = true;
  await Promise.all(loops);
  times.sort((a, b) => a - b);
  const p99Ms = times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
  return { count: times.length, p99Ms, seconds };
}

async function delay(ms: number): Promise<void> {
  const until = performance.now() + ms;
  await eventually(() => Promise.resolve(performance.now() >= until), { within: 2 * ms });
}

async function applied(node: NodeProcess): Promise<number> {
  const status = await node.status();
  return status.kind === "up" ? status.raftAppliedIndex : 0;
}

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { EtcdEndpoint, type Holdfast } from "@holdfast/client";
import { type Cluster, eventually, type NodeProcess } from "@holdfast/testkit";
import { beforeAll, expect, test } from "vitest";
import { COLLECTOR_FLAGS, memoryAfterCollection } from "../collected-memory.ts";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";

const MIB = 1024 * 1024;
const FEW = 10_000;
const MANY = 1_000_000;
const IN_FLIGHT = 4096;
const FIRST_READ_MS_MAX = 2000;
/** What a restart reads: the trailing 32 MiB, in segments of 32 MiB of which one is being written and one is spare. */
const LOG_BYTES_MAX = 160 * MIB;
const VALUE = "v".repeat(256);
const cluster = sharedCluster({ nodeFlags: COLLECTOR_FLAGS });

let residentWithFew: readonly number[];
let residentWithMany: readonly number[];
beforeAll(async () => {
  await using client = await cluster().connect();
  // As many writes on few keys as then on many: what differs is the number of keys alone.
  await write(client, { from: 0, to: MANY, keys: FEW });
  residentWithFew = await residentAfterCollection(cluster());
  const since = performance.now();
  await write(client, { from: 0, to: MANY, keys: MANY });
  const seconds = (performance.now() - since) / 1000;
  show("a million keys", { writesPerSecond: Math.round(MANY / seconds) });
  residentWithMany = await residentAfterCollection(cluster());
});

test("with a million keys a node takes at most 64 MiB more memory than with ten thousand", () => {
  const inMib = (all: readonly number[]) => all.map((bytes) => Math.round(bytes / MIB));
  show("resident MiB", { withFew: inMib(residentWithFew), withMany: inMib(residentWithMany) });
  for (const [at, bytes] of residentWithMany.entries()) {
    expect(bytes).toBeLessThanOrEqual((residentWithFew[at] ?? 0) + 64 * MIB);
  }
});

test("with a million keys a killed node serves its first linearizable read in under 2 s", async () => {
  const leader = await cluster().leader();
  const [node] = cluster().others(leader);
  if (node === undefined) throw new Error("there is no follower");
  await node.kill();

  const since = performance.now();
  await node.start();
  await firstRead(node);
  const ms = performance.now() - since;

  show("first read of one restarted node", { ms });
  expect(ms).toBeLessThan(FIRST_READ_MS_MAX);
});

test("with a million keys a cluster that was killed whole serves its first linearizable read in under 2 s", async () => {
  await Promise.all(cluster().nodes.map((node) => node.kill()));

  const since = performance.now();
  await Promise.all(cluster().nodes.map((node) => node.start()));
  await Promise.race(cluster().nodes.map(firstRead));
  const ms = performance.now() - since;

  show("first read of the restarted cluster", { ms });
  expect(ms).toBeLessThan(FIRST_READ_MS_MAX);
  await allCaughtUp(cluster());
});

test("what a restart replays is bounded: the log on disk does not hold all that was written", async () => {
  const sizes = await Promise.all(cluster().nodes.map(({ data }) => bytesIn(join(data, "wal"))));

  show("log on disk", { MiB: sizes.map((bytes) => Math.round(bytes / MIB)) });
  for (const bytes of sizes) expect(bytes).toBeLessThan(LOG_BYTES_MAX);
});

test("all million keys are there", async () => {
  await using client = await cluster().connect();

  expect((await client.range({ prefix: "" }, { countOnly: true, timeoutMs: 60_000 })).count).toBe(
    MANY,
  );
});

function keyOf(at: number): string {
  return `key/${String(at).padStart(9, "0")}`;
}

async function write(
  client: Holdfast,
  { from, to, keys }: { readonly from: number; readonly to: number; readonly keys: number },
): Promise<void> {
  let next = from;
  const loop = async (): Promise<void> => {
    for (let at = next++; at < to; at = next++) {
      await client.put(keyOf(at % keys), VALUE, { timeoutMs: 60_000 });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, loop));
}

async function residentAfterCollection(running: Cluster): Promise<readonly number[]> {
  return (await memoryAfterCollection(running)).map(({ residentBytes }) => residentBytes);
}

/** Resolves with the node's first answer to a linearizable read. */
async function firstRead(node: NodeProcess): Promise<void> {
  await eventually(
    async () => {
      // A connection of its own each time: a failed one would wait before it dials again.
      const endpoint = new EtcdEndpoint(node.client);
      try {
        return (await endpoint.get(keyOf(FEW - 1), { timeoutMs: 5000 })) !== undefined;
      } finally {
        endpoint.close();
      }
    },
    { within: 60_000, what: `${node.id} serves a read` },
  );
}

async function bytesIn(directory: string): Promise<number> {
  const names = await readdir(directory);
  const sizes = await Promise.all(names.map((name) => stat(join(directory, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

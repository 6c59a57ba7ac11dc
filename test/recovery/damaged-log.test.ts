import type { Holdfast } from "@holdfast/client";
import { type Cluster, type NodeProcess, startCluster } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { type FramePlace, type LogFile, newestLogFile, SECTOR_BYTES } from "./log-file.ts";

/** Longer than a sector, so that a crash can leave half of it. */
const LONG_VALUE = "long ".repeat(1000);
const WRITES = 20;

test("a torn last write is cut, and all before it is there", async () => {
  await using cluster = await startCluster({ nodes: 1 });
  const node = await killedAfterWrites(cluster);
  const log = await newestLogFile(node);
  const torn = lastLongFrame(log);
  // Its last sector never reached the disk, and nothing after it was ever written.
  log.bytes.fill(0, torn.offset + torn.length - SECTOR_BYTES);
  await log.save();

  await node.start();
  await cluster.leader();

  expect(await node.logs()).toContain("cut a torn last write of the log");
  await using client = await cluster.connect();
  expect(await valuesOf(client)).toEqual(Array.from({ length: WRITES }, (_, at) => `value ${at}`));
  await client.put("after", "the cut");
  expect((await client.get("after"))?.text()).toBe("the cut");
});

test("a sector of a write whose first sector never came is cut as torn", async () => {
  await using cluster = await startCluster({ nodes: 1 });
  const node = await killedAfterWrites(cluster);
  const log = await newestLogFile(node);
  const { offset, length } = lastLongFrame(log);
  const last = log.frames.at(-1) ?? { offset, length };
  const end = last.offset + last.length;
  log.bytes.copy(log.bytes, end + SECTOR_BYTES, offset + SECTOR_BYTES, offset + 2 * SECTOR_BYTES);
  await log.save();

  await node.start();
  await cluster.leader();

  expect(await node.logs()).toContain("cut a torn last write of the log");
  await using client = await cluster.connect();
  expect((await client.get("last"))?.text()).toBe(LONG_VALUE);
});

test.each([
  {
    where: "in the midst of the log",
    place: ({ frames }: LogFile) => frames[Math.floor(frames.length / 2)],
  },
  { where: "in the last long write", place: lastLongFrame },
])("a flipped byte $where is refused by file, offset and what to do", async ({ place }) => {
  await using cluster = await startCluster({ nodes: 1 });
  const node = await killedAfterWrites(cluster);
  const log = await newestLogFile(node);
  const frame = place(log);
  if (frame === undefined) throw new Error("the log has no such frame");
  const at = frame.offset + 100;
  log.bytes.writeUInt8(log.bytes.readUInt8(at) ^ 0xff, at);
  await log.save();

  await node.start();
  const { code } = await node.exited();

  const logs = await node.logs();
  expect.soft(logs).toContain("LOG_DAMAGED");
  expect.soft(logs).toContain(log.path);
  expect.soft(logs).toContain(`at offset ${frame.offset}`);
  expect.soft(logs).toContain("remove its directory and let the cluster rebuild it");
  expect.soft(code).toBe(1);
});

/** The one node of the cluster, after some writes of which the last is long, and SIGKILL. */
async function killedAfterWrites(cluster: Cluster): Promise<NodeProcess> {
  const node = cluster.node("n1");
  await using client = await cluster.connect();
  for (let at = 0; at < WRITES; at++) await client.put(keyOf(at), `value ${at}`);
  await client.put("last", LONG_VALUE);
  await node.kill();
  return node;
}

function keyOf(at: number): string {
  return `key/${String(at).padStart(3, "0")}`;
}

async function valuesOf(client: Holdfast): Promise<readonly string[]> {
  const { entries } = await client.range({ prefix: "key/" });
  return entries.map((entry) => entry.text());
}

function lastLongFrame({ frames }: LogFile): FramePlace {
  const found = frames.findLast(({ length }) => length > LONG_VALUE.length);
  if (found === undefined) throw new Error("the log has no long frame");
  return found;
}

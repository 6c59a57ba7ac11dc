import { cp } from "node:fs/promises";
import { eventually, type NodeProcess } from "@holdfast/testkit";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { type FramePlace, type LogFile, newestLogFile, SECTOR_BYTES } from "./log-file.ts";

/** Longer than a sector, so that a crash can leave half of it. */
const LONG_VALUE = "long ".repeat(1000);
const WRITES = 20;
const cluster = sharedCluster({ nodes: 1, expectsErrors: true });

let node: NodeProcess;
let log: LogFile;

// Some writes of which the last is long, then SIGKILL; each test damages what that left.
beforeAll(async () => {
  node = cluster().node("n1");
  await using client = await cluster().connect();
  for (let at = 0; at < WRITES; at++) await client.put(keyOf(at), `value ${at}`);
  await client.put("last", LONG_VALUE);
  await node.kill();
  await cp(node.data, untouched(), { recursive: true });
});

beforeEach(async () => {
  await node.kill();
  await node.wipe();
  await cp(untouched(), node.data, { recursive: true });
  log = await newestLogFile(node);
});

function untouched(): string {
  return `${node.data}-untouched`;
}

test("a torn last write is cut, and all before it is there", async () => {
  const torn = lastLongFrame(log);
  // Its last sector never reached the disk, and nothing after it was ever written.
  log.bytes.fill(0, torn.offset + torn.length - SECTOR_BYTES);
  await log.save();

  await node.start();
  await cluster().leader();

  expect(await node.logs()).toContain("cut a torn last write of the log");
  await using client = await cluster().connect();
  const { entries } = await client.range({ prefix: "key/" });
  expect(entries.map((entry) => entry.text())).toEqual(
    Array.from({ length: WRITES }, (_, at) => `value ${at}`),
  );
});

test("a log whose torn end was cut is written on, and read at the next start", async () => {
  const torn = lastLongFrame(log);
  log.bytes.fill(0, torn.offset + torn.length - SECTOR_BYTES);
  await log.save();
  await node.start();
  await using client = await cluster().connect();
  await eventually(() => client.put("after", "the cut"), { within: 10_000 });

  await node.kill();
  await node.start();

  expect((await client.get("after"))?.text()).toBe("the cut");
});

test("a sector of a write whose first sector never came is cut as torn", async () => {
  const { offset, length } = lastLongFrame(log);
  const last = log.frames.at(-1) ?? { offset, length };
  const end = last.offset + last.length;
  log.bytes.copy(log.bytes, end + SECTOR_BYTES, offset + SECTOR_BYTES, offset + 2 * SECTOR_BYTES);
  await log.save();

  await node.start();
  await cluster().leader();

  expect(await node.logs()).toContain("cut a torn last write of the log");
  await using client = await cluster().connect();
  expect((await client.get("last"))?.text()).toBe(LONG_VALUE);
});

test.each([
  {
    where: "in the midst of the log",
    place: ({ frames }: LogFile) => frames[Math.floor(frames.length / 2)],
  },
  { where: "in the last long write", place: lastLongFrame },
])("a flipped byte $where is refused by file, offset and what to do", async ({ place }) => {
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

function keyOf(at: number): string {
  return `key/${String(at).padStart(3, "0")}`;
}

function lastLongFrame({ frames }: LogFile): FramePlace {
  const found = frames.findLast(({ length }) => length > LONG_VALUE.length);
  if (found === undefined) throw new Error("the log has no long frame");
  return found;
}

import { type Client, status } from "@grpc/grpc-js";
import { RANGE_STREAM_LIMITS } from "@holdfast/service";
import { expect, test } from "vitest";
import { type Answer, bytes, clientOf, openEdge } from "./open-edge.ts";

const EVERYTHING = { key: bytes("\0"), range_end: bytes("\0") };

interface Stream extends NodeJS.ReadableStream {
  cancel(): void;
}

function openStream(target: string, request: object): Stream {
  const client = clientOf(target, "etcdserverpb", "KV") as Client & {
    RangeStream(request: object): Stream;
  };
  return client.RangeStream(request);
}

async function chunksOf(target: string, request: object): Promise<readonly Answer[]> {
  const chunks: Answer[] = [];
  for await (const chunk of openStream(target, request))
    chunks.push((chunk as Answer).range_response);
  return chunks;
}

const pairsOf = (chunks: readonly Answer[]): Answer[] => chunks.flatMap(({ kvs }) => kvs);

/** Keys `k000000` and so on, all of one revision but the first. */
async function filled(keys: number, value: string) {
  const edge = await openEdge();
  const puts = Array.from({ length: keys }, (_, at) => ({
    request_put: { key: bytes(`k${String(at).padStart(6, "0")}`), value: bytes(value) },
  }));
  await edge.kv("Txn", { success: puts.splice(0, PUTS_OF_FIRST) });
  while (puts.length > 0) await edge.kv("Txn", { success: puts.splice(0, putsAtOnce(value)) });
  return edge;
}

/** Those that are there at revision 2. */
const PUTS_OF_FIRST = 15;
const putsAtOnce = (value: string): number => Math.min(100, Math.floor(1_500_000 / value.length));

test("all chunks put together are the answer of Range", async () => {
  const { target, kv } = await filled(65, "v");

  const chunks = await chunksOf(target, EVERYTHING);
  const whole = await kv("Range", EVERYTHING);

  // 10, 20 and what is left.
  expect(chunks.map(({ kvs }) => kvs.length)).toEqual([10, 20, 35]);
  expect(pairsOf(chunks)).toEqual(whole.kvs);
  expect(chunks.slice(0, -1).map(({ header, count }) => ({ header, count }))).toEqual([
    { header: null, count: "0" },
    { header: null, count: "0" },
  ]);
  const { kvs: _kvs, ...end } = whole;
  expect(chunks.at(-1)).toMatchObject(end);
});

test.each([
  ["a limit", { limit: 12 }, 2],
  ["a limit within the first chunk", { limit: 3 }, 1],
  ["a limit that all keys reach", { limit: 40 }, 3],
  ["one key", { key: bytes("k000003"), range_end: bytes("") }, 1],
  ["nothing", { key: bytes("x"), range_end: bytes("y") }, 1],
  ["keys only", { keys_only: true }, 3],
  ["a count", { count_only: true }, 1],
  ["an explicit order by key", { sort_order: "ASCEND", sort_target: "KEY" }, 3],
  ["an earlier revision", { revision: 2 }, 2],
])("%s is streamed as it is read", async (_what, more, expected) => {
  const { target, kv } = await filled(40, "v");
  const request = { ...EVERYTHING, ...more };

  const chunks = await chunksOf(target, request);
  const { kvs, ...end } = await kv("Range", request);

  expect(chunks).toHaveLength(expected);
  expect(pairsOf(chunks)).toEqual(kvs);
  expect(chunks.at(-1)).toMatchObject(end);
});

test("what is written while it runs is not in it", async () => {
  const { target, kv } = await filled(200, "v".repeat(50_000));
  const stream = openStream(target, EVERYTHING);
  const chunks: Answer[] = [];
  let isWritten = false;

  for await (const chunk of stream) {
    chunks.push((chunk as Answer).range_response);
    if (isWritten) continue;
    // The stream is not read meanwhile, and most of it does not fit into what lies between.
    isWritten = true;
    await kv("Put", { key: bytes("k000198"), value: bytes("later") });
    await kv("Put", { key: bytes("z"), value: bytes("later") });
    await kv("DeleteRange", { key: bytes("k000199") });
  }

  const pairs = pairsOf(chunks);
  expect(pairs).toHaveLength(200);
  expect(pairs.every(({ value }) => value.length === 50_000)).toBe(true);
  expect(chunks.at(-1)).toMatchObject({ count: "200" });
});

test("a compaction beyond its revision ends it", async () => {
  const { target, kv, replica } = await filled(200, "v".repeat(50_000));
  const stream = openStream(target, EVERYTHING);

  const failure = await new Promise((resolve) => {
    stream.on("error", resolve);
    stream.once("data", async () => {
      stream.pause();
      await kv("Put", { key: bytes("k000000"), value: bytes("later") });
      await kv("Compact", { revision: replica.status().revision });
      stream.on("data", () => undefined);
      stream.resume();
    });
  });

  expect(failure).toMatchObject({
    code: status.OUT_OF_RANGE,
    details: "etcdserver: mvcc: required revision has been compacted",
  });
});

test("chunks of large values stay near their bound", async () => {
  const { target } = await filled(40, "v".repeat(90_000));

  const chunks = await chunksOf(target, EVERYTHING);

  const weights = chunks.map(({ kvs }) =>
    kvs.reduce((sum: number, { value }: Answer) => sum + value.length, 0),
  );
  expect(Math.max(...weights)).toBeLessThanOrEqual(RANGE_STREAM_LIMITS.bytesMax);
  expect(pairsOf(chunks)).toHaveLength(40);
});

test("a client that takes nothing costs a few chunks, and none once it is gone", async () => {
  const { target, replica, edge } = await filled(400, "v".repeat(100_000));
  const before = replica.counts.reads;
  const stream = openStream(target, EVERYTHING);
  stream.on("error", () => undefined);
  await new Promise((resolve) => stream.once("data", resolve));
  stream.pause();

  stream.cancel();
  await edge.drain(5000);

  // Of some 28 chunks.
  expect(replica.counts.reads - before).toBeLessThan(15);
});

test.each([
  ["descending", { sort_order: "DESCEND" }, "RangeStream does not support custom sort orders"],
  ["by value", { sort_target: "VALUE" }, "RangeStream does not support custom sort orders"],
  ["bounded", { min_mod_revision: 2 }, "RangeStream does not support revision filters"],
])("a range that is %s is not streamed", async (_how, more, why) => {
  const { target } = await openEdge();

  await expect(chunksOf(target, { ...EVERYTHING, ...more })).rejects.toMatchObject({
    code: status.UNIMPLEMENTED,
    details: why,
  });
});

test.each([
  ["no key", { key: bytes("") }, status.INVALID_ARGUMENT, "etcdserver: key is not provided"],
  [
    "a revision to come",
    { revision: 9 },
    status.OUT_OF_RANGE,
    "etcdserver: mvcc: required revision is a future revision",
  ],
])("%s is refused as Range refuses it", async (_what, more, code, details) => {
  const { target } = await openEdge();

  const streamed = chunksOf(target, { ...EVERYTHING, ...more });

  await expect(streamed).rejects.toMatchObject({ code, details });
});

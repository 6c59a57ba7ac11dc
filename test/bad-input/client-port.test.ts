import { randomFillSync } from "node:crypto";
import type { NodeProcess } from "@holdfast/testkit";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { grpcRefusal, message } from "./grpc-refusal.ts";
import { beginningOfCall, closed, dial, HTTP2_BEGIN, PREFACE, said } from "./raw-connection.ts";
import { type Before, before, expectUnharmed } from "./unharmed-node.ts";

const cluster = sharedCluster({ nodes: 1 });
/** Of the line by which HTTP/2 is known. */
const HALF_OF_PREFACE = 10;
const KV = "/etcdserverpb.KV";
const MEBIBYTE = 1024 * 1024;

let node: NodeProcess;
let was: Before;
beforeAll(async () => {
  node = cluster().node("n1");
  await using client = await cluster().connect();
  await client.put("key", "value");
});
beforeEach(() => {
  was = before(node);
});
afterEach(() => expectUnharmed(cluster(), node, was));

test.each([
  ["garbage", randomFillSync(Buffer.alloc(5_000)), /^(HTTP\/1\.1 400 |$)/],
  ["half a line of HTTP", Buffer.from("GET / HT\r\n\r\n"), /^HTTP\/1\.1 400 /],
  ["a hello of TLS", Buffer.from("16030100c8010000c40303", "hex"), /^HTTP\/1\.1 400 /],
  [
    "a header of HTTP without end",
    Buffer.from(`GET / HTTP/1.1\r\nA: ${"a".repeat(70_000)}`),
    /^(HTTP\/1\.1 431 |$)/,
  ],
  ["HTTP/2 and then garbage", Buffer.concat([Buffer.from(PREFACE), Buffer.alloc(400, 0xff)]), /^/],
])("%s is answered or hung up on", async (_, bytes, answer) => {
  const socket = await dial(node.client);
  socket.write(bytes);

  expect(await said(socket)).toMatch(answer);
});

test("who says nothing, or begins to say what it speaks byte by byte, is hung up on in time", async () => {
  const silent = await dial(node.client);
  const slow = await dial(node.client);
  const ended = Promise.all([said(silent), said(slow)]);
  // A byte each time the node's metrics were asked for.
  for (const byte of PREFACE.slice(0, HALF_OF_PREFACE)) {
    slow.write(byte);
    await node.metrics();
  }

  expect(await ended).toEqual(["", ""]);
});

test("calls that only begin hold up nobody, and are gone with their connection", async () => {
  const half = await Promise.all(Array.from({ length: 100 }, () => dial(node.client)));
  for (const [at, socket] of half.entries()) {
    const method = ["/Put", "/Range", "/Txn"][at % 3];
    socket.resume();
    socket.write(at % 10 === 0 ? HTTP2_BEGIN : beginningOfCall(`${KV}${method}`));
  }

  await using client = await cluster().connect();
  for (let at = 0; at < 50; at++) await client.put(`beside/${at}`, "half-open calls");
  // Half of them end, the others break.
  for (const [at, socket] of half.entries()) at % 2 === 0 ? socket.end() : socket.resetAndDestroy();
  await Promise.all(half.map(closed));
});

const INTERNAL = 13;
const INVALID_ARGUMENT = 3;
const NO_KEY = "etcdserver: key is not provided";
const TOO_MANY = "etcdserver: too many operations in txn request";

test.each([
  ["Put without a key", "/Put", message(), INVALID_ARGUMENT, NO_KEY],
  ["Range without a key", "/Range", message(), INVALID_ARGUMENT, NO_KEY],
  ["DeleteRange without a key", "/DeleteRange", message(), INVALID_ARGUMENT, NO_KEY],
  ["Txn with a guard without a key", "/Txn", message([1, message()]), INVALID_ARGUMENT, NO_KEY],
  [
    "Txn with a step that asks for nothing",
    "/Txn",
    message([2, message()]),
    INVALID_ARGUMENT,
    "etcdserver: key not found",
  ],
  [
    "Put of no protobuf",
    "/Put",
    Buffer.from("0affffffff7f", "hex"),
    INTERNAL,
    "Error deserializing request",
  ],
  [
    "Range of no protobuf",
    "/Range",
    Buffer.from("12ff", "hex"),
    INTERNAL,
    "Error deserializing request",
  ],
  [
    "DeleteRange of no protobuf",
    "/DeleteRange",
    Buffer.from("0a0512", "hex"),
    INTERNAL,
    "Error deserializing request",
  ],
  [
    "Txn of no protobuf",
    "/Txn",
    Buffer.from("0b0c", "hex"),
    INTERNAL,
    "Error deserializing request",
  ],
  [
    "Compact of no protobuf",
    "/Compact",
    Buffer.from("0aff", "hex"),
    INTERNAL,
    "Error deserializing request",
  ],
  [
    "Put above etcd's limit",
    "/Put",
    message([1, "key"], [2, Buffer.alloc(1.6 * MEBIBYTE)]),
    INVALID_ARGUMENT,
    "etcdserver: request is too large",
  ],
  [
    "Put above what is let in",
    "/Put",
    message([1, "key"], [2, Buffer.alloc(3 * MEBIBYTE)]),
    8,
    "Received message larger than max (3145738 vs 2097152)",
  ],
  ["Txn of 129 guards", "/Txn", guards(129), INVALID_ARGUMENT, TOO_MANY],
  ["Txn of 500,000 guards", "/Txn", guards(500_000), INVALID_ARGUMENT, TOO_MANY],
  [
    "an unknown method",
    "/Nothing",
    message(),
    12,
    "The server does not implement the method /etcdserverpb.KV/Nothing",
  ],
])("%s is refused in words", async (_, method, bytes, code, details) => {
  expect(await grpcRefusal(node.client, { path: KV + method, bytes })).toEqual({ code, details });
});

test("a message that announces four gigabytes, one that never ends, and one that says it is packed", async () => {
  const announced = { path: `${KV}/Put`, framed: Buffer.from("00ffffffff0102", "hex") };
  const cutOff = { path: `${KV}/Put`, framed: Buffer.from("000000000901", "hex") };
  const packed = { path: `${KV}/Put`, framed: Buffer.from("01000000020102", "hex") };

  expect(await grpcRefusal(node.client, announced)).toMatchObject({ code: 8 });
  expect(await grpcRefusal(node.client, cutOff)).toMatchObject({ code: 12 });
  expect(await grpcRefusal(node.client, packed)).toMatchObject({ code: INTERNAL });
});

test("headers above what is let in are refused, and only they", async () => {
  const headers = { "x-large": "a".repeat(70_000) };

  await expect(
    grpcRefusal(node.client, { path: `${KV}/Range`, bytes: message(), headers }),
  ).rejects.toThrow("NGHTTP2_REFUSED_STREAM");
});

const UNAVAILABLE = 14;

test.each([
  ["garbage", Buffer.from("ffffff", "hex"), INTERNAL],
  // The reason is a message of the stream; its status sends clients to another node.
  ["a turn before its start", message([2, message()]), UNAVAILABLE],
  ["a start of another protocol", message([1, Buffer.from("0863", "hex")]), UNAVAILABLE],
])("a session that begins with %s ends", async (_, bytes, code) => {
  const end = await grpcRefusal(node.client, { path: "/holdfast.v1.Session/Open", bytes });

  expect(end).toMatchObject({ code });
});

/** So many guards, each empty. */
function guards(count: number): Buffer {
  return Buffer.alloc(2 * count, message([1, ""]));
}

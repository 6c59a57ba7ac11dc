import { once } from "node:events";
import { status } from "@grpc/grpc-js";
import type { ClusterId, StoreId } from "@holdfast/base";
import type { PeerIdentity } from "@holdfast/replica";
import { expect, onTestFinished, test } from "vitest";
import { encodeIdentity } from "../src/grpc/identity-codec.ts";
import type { WireFrame, WireIdentity } from "../src/grpc/peer-wire.ts";
import { encodePeerFrame } from "../src/peer-codec.ts";
import { PeerAddressError, PeerPortTakenError } from "../src/peer-errors.ts";
import {
  clusterOf,
  dial,
  heartbeat,
  networkOf,
  pair,
  passMs,
  randomBytes,
  rawDial,
  relayTo,
  statusOf,
  talks,
} from "./support/peer-port-stage.ts";
import { until } from "./support/real-time.ts";
import type { LogLine } from "./support/recording-logger.ts";

/** An empty frame of settings, with which every client begins. */
const SETTINGS = Buffer.from("000000040000000000", "hex");
const OTHER_STORE = "e".repeat(32) as StoreId;

test.each<{
  readonly who: string;
  readonly disguise: (wire: WireIdentity, called: PeerIdentity) => WireIdentity;
  readonly reason: RegExp;
}>([
  {
    who: "another protocol",
    disguise: (wire) => ({ ...wire, protocol: 2 }),
    reason: /speaks peer protocol 2, this release speaks 1/,
  },
  {
    who: "another cluster",
    disguise: (wire) => ({ ...wire, cluster_id: "99" }),
    reason: /belongs to cluster 99/,
  },
  {
    who: "a member that is not in the membership",
    disguise: (wire) => ({ ...wire, member_id: "77" }),
    reason: /member 77 \(n2\) is not in the membership/,
  },
  {
    who: "a member with another store",
    disguise: (wire) => ({ ...wire, store_id: OTHER_STORE }),
    reason: /known with store 0+2, not e+/,
  },
  {
    who: "an unborn node",
    disguise: (wire) => ({ ...wire, cluster_id: "0", member_id: "0" }),
    reason: /n2 is unborn/,
  },
  {
    who: "a node with the same store",
    disguise: (wire, called) => ({ ...wire, store_id: called.storeId }),
    reason: /this node's own/,
  },
  {
    who: "a node with an id that is none",
    disguise: (wire) => ({ ...wire, member_id: "9007199254740993" }),
    reason: /member id/,
  },
])("$who is refused with FAILED_PRECONDITION and the reason", async ({ disguise, reason }) => {
  const { a, b } = await pair();
  const stream = dial(a);

  stream.write({ identity: disguise(encodeIdentity(b.identity), a.identity) });
  const end = await statusOf(stream);

  expect(status[end.code]).toBe("FAILED_PRECONDITION");
  expect(end.details).toMatch(reason);
});

test("an unborn node takes no messages, and says so", async () => {
  const cluster = clusterOf();
  const unborn = await cluster.start(4);
  const { b } = await pair();
  const stream = dial(unborn);

  stream.write({ identity: encodeIdentity(b.identity) });
  const end = await statusOf(stream);

  expect(end.code).toBe(status.FAILED_PRECONDITION);
  expect(end.details).toMatch(/n4 is unborn/);
});

test.each<{
  readonly what: string;
  readonly frames: readonly WireFrame[];
  readonly reason: RegExp;
}>([
  { what: "bytes that are no frame", frames: [{ messages: Uint8Array.of(1, 2, 3) }], reason: /./ },
  { what: "another format", frames: [{ messages: Uint8Array.of(9) }], reason: /format 9/ },
  { what: "an empty frame", frames: [{}], reason: /neither an identity nor messages/ },
])("$what ends the stream with the reason, and the node goes on", async ({ frames, reason }) => {
  const { a, b } = await pair();
  const stream = dial(a);

  stream.write({ identity: encodeIdentity(b.identity) });
  for (const frame of frames) stream.write(frame);
  const end = await statusOf(stream);

  expect(status[end.code]).toBe("INVALID_ARGUMENT");
  expect(end.details).toMatch(reason);
  await talks(b, a);
});

test("messages before an identity are refused", async () => {
  const { a, b } = await pair();
  const stream = dial(a);

  stream.write({ messages: encodePeerFrame({ groupId: 1, messages: [heartbeat(b, a)] }) });
  const end = await statusOf(stream);

  expect(end.details).toMatch(/messages before an identity/);
  expect(a.sightings.filter(({ kind }) => kind === "received")).toEqual([]);
});

test("a stream that never introduces itself is closed", async () => {
  const { a } = await pair({ handshakeTimeoutMs: 100 });
  const stream = dial(a);

  const end = await statusOf(stream);

  expect(end.code).toBe(status.DEADLINE_EXCEEDED);
  expect(end.details).toMatch(/no identity within 100 ms/);
});

test("a peer that has vanished without a word is given up, one that is quiet is not", async () => {
  const { a, b } = await pair({ idleMs: 100, pingTimeoutMs: 200 });
  const relay = await relayTo(a);
  const stream = dial(a, relay.address);
  stream.write({ identity: encodeIdentity(b.identity) });
  await once(stream, "data");
  // Some pings pass.
  await passMs(600);
  expect(relay.outward.closed).toBe(false);

  relay.swallowAll();

  await once(relay.outward, "close");
  await talks(b, a);
});

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

test.each([
  { what: "random bytes", bytes: randomBytes(10_000) },
  { what: "HTTP/1.1", bytes: Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n") },
  {
    what: "a preface and random bytes",
    bytes: Buffer.concat([Buffer.from(PREFACE), randomBytes(10_000)]),
  },
  { what: "a TLS greeting", bytes: Buffer.from("160301020001000", "hex") },
])("$what on the peer port are hung up on, and the node goes on", async ({ bytes }) => {
  const { a, b } = await pair();
  const socket = rawDial(a);

  socket.write(bytes);
  await once(socket, "close");

  await talks(b, a);
});

test.each([
  { what: "silence", bytes: "" },
  { what: "half a preface", bytes: PREFACE.slice(0, 10) },
])("$what on the peer port is hung up on after the time for a handshake", async ({ bytes }) => {
  const { a, b } = await pair({ handshakeTimeoutMs: 100 });
  const socket = rawDial(a);

  if (bytes.length > 0) socket.write(bytes);
  await once(socket, "close");

  await talks(b, a);
});

test.each([
  { what: "no call", frames: "" },
  { what: "a call whose request never comes", frames: beginningOf("Hello") },
  { what: "half a request", frames: `${beginningOf("FetchSnapshot")}000005000000000100000010000a` },
  { what: "a stream without an identity", frames: beginningOf("Exchange") },
])("$what on a connection keeps no place on the peer port", async ({ frames }) => {
  const { a, b } = await pair({ handshakeTimeoutMs: 50, idleMs: 100 });
  const socket = rawDial(a);

  socket.write(Buffer.concat([Buffer.from(PREFACE), SETTINGS, Buffer.from(frames, "hex")]));
  await new Promise((resolve) => socket.once("close", resolve));

  await talks(b, a);
});

test("peers that introduced themselves keep their connection, however little they say", async () => {
  const { a, b } = await pair({ idleMs: 50 });
  const stranger = rawDial(a);
  const met = a.sightings.length;

  // Three times as long as any of them may be quiet.
  for (let round = 0; round < 3; round++) {
    const silent = rawDial(a);
    silent.write(Buffer.concat([Buffer.from(PREFACE), SETTINGS]));
    await new Promise((resolve) => silent.once("close", resolve));
  }
  stranger.destroy();

  expect(a.sightings.slice(met)).toEqual([]);
  await talks(b, a);
});

test("a preface that comes byte by byte is understood", async () => {
  const { a } = await pair();
  const socket = rawDial(a);
  for (const byte of Buffer.concat([Buffer.from(PREFACE), SETTINGS])) {
    socket.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [answer] = (await once(socket, "data")) as [Buffer];

  // The server's SETTINGS frame.
  expect(answer[3]).toBe(4);
});

test("a taken port is told by its address, and what to do", async () => {
  const { a } = await pair();
  const second = networkOf(a.identity, []);

  const failure = await second.listen(a.address).catch((reason: unknown) => reason);

  expect(failure).toBeInstanceOf(PeerPortTakenError);
  expect(String(failure)).toContain(a.address);
});

test("an address of another host is refused", async () => {
  const { a } = await pair();

  const failure = await networkOf(a.identity, [])
    .listen("192.0.2.1:0")
    .catch((reason) => reason);

  expect(failure).toBeInstanceOf(PeerAddressError);
});

test("a peer with other timings is connected, and warned of once", async () => {
  const lines: LogLine[] = [];
  const { a, b } = await pair();
  await b.kill();
  const slow = networkOf({ ...b.identity, heartbeatMs: 7 }, lines);
  onTestFinished(() => slow.stop());
  await slow.listen(b.address);
  slow.setPeers(a.identity.membership?.profiles ?? []);
  await until(() => slow.stats()[0]?.connected === true, "connected");

  const warnings = lines.filter(({ level }) => level === "warn");

  expect(warnings.map(({ message }) => message)).toEqual([
    "peer has other timings; elections will be uneven",
  ]);
  expect(warnings[0]?.fields).toMatchObject({ heartbeatMs: 100, ownHeartbeatMs: 7 });
});

test("stop may be called twice, and frees the port", async () => {
  const { a } = await pair();

  await Promise.all([a.kill(), a.kill()]);
  const next = networkOf({ ...a.identity, clusterId: 3 as ClusterId }, []);
  onTestFinished(() => next.stop());

  await next.listen(a.address);
});

/** HTTP/2 frames that begin a call of the Peer service, in hexadecimal: the client never ends its side. */
function beginningOf(method: string): string {
  const headers = [
    [":method", "POST"],
    [":scheme", "http"],
    [":authority", "peer"],
    [":path", `/holdfast.v1.Peer/${method}`],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ];
  // Literal, without an index and without Huffman's code.
  const block = headers.flatMap(([name = "", value = ""]) => [
    Buffer.of(0, name.length),
    Buffer.from(name),
    Buffer.of(value.length),
    Buffer.from(value),
  ]);
  const bytes = Buffer.concat(block);
  return Buffer.concat([Buffer.of(0, 0, bytes.length, 1, 4, 0, 0, 0, 1), bytes]).toString("hex");
}

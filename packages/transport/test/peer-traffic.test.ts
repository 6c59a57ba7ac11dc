import { Server } from "@grpc/grpc-js";
import { SeededRandom } from "@holdfast/base";
import type { MemberProfile } from "@holdfast/raft";
import type { PeerMessage } from "@holdfast/replica";
import { expect, onTestFinished, test } from "vitest";
import { PeerCluster, type PeerProcess } from "../src/conformance/peer-cluster.ts";
import { peerServerCredentials } from "../src/grpc/channel-options.ts";
import { GrpcPeerNetwork } from "../src/grpc/grpc-peer-network.ts";
import { encodeIdentity } from "../src/grpc/identity-codec.ts";
import type { ServerStream } from "../src/grpc/incoming-stream.ts";
import { peerService } from "../src/grpc/peer-wire.ts";
import type { PeerLimits } from "../src/peer-limits.ts";
import { grpcFixture } from "./support/grpc-fixture.ts";
import { realClock, until } from "./support/real-time.ts";
import { type LogLine, recordingLogger } from "./support/recording-logger.ts";

const MEBIBYTE = 1024 * 1024;

test("a message of 7 MiB arrives whole", async () => {
  const { a, b } = await pair();
  const payload = new Uint8Array(7 * MEBIBYTE).map((_, at) => at & 255);

  a.network.send(b.id, [append(a, b, [payload])]);
  await until(() => b.sightings.length > 1, "it arrived");

  expect(payloadsOf(b)).toHaveLength(1);
  expect(Buffer.compare(payloadsOf(b)[0] ?? new Uint8Array(0), payload)).toBe(0);
});

test("24 MiB of one turn arrive in order, in several frames", async () => {
  const { a, b } = await pair();
  const sent = Array.from({ length: 24 }, (_, at) => new Uint8Array(MEBIBYTE).fill(at + 1));

  a.network.send(
    b.id,
    sent.map((payload) => append(a, b, [payload])),
  );
  await until(() => payloadsOf(b).length === sent.length, "all arrived", 15_000);

  expect(payloadsOf(b).map((payload) => payload[0])).toEqual(sent.map((payload) => payload[0]));
});

test("a heartbeat overtakes the appends that were sent before it", async () => {
  const { a, b } = await pair();
  const payload = new Uint8Array(MEBIBYTE);

  a.network.send(
    b.id,
    Array.from({ length: 24 }, () => append(a, b, [payload])),
  );
  a.network.send(b.id, [heartbeat(a, b)]);
  await until(() => payloadsOf(b).length === 24, "all arrived", 15_000);

  const kinds = b.sightings.flatMap((sighting) =>
    sighting.kind === "received" && sighting.message.kind === "raft"
      ? [sighting.message.message.kind]
      : [],
  );
  expect(kinds.indexOf("heartbeat-request")).toBeLessThan(24);
});

test("a message that no frame can hold is dropped, counted and logged as an error", async () => {
  const lines: LogLine[] = [];
  const { network, peer, self } = await towardsDeafPeer({}, lines);

  network.send(peer.id, [{ kind: "forward", from: self, batch: new Uint8Array(9 * MEBIBYTE) }]);

  expect(network.stats()[0]).toMatchObject({ messagesDropped: 1 });
  expect(lines.filter(({ level }) => level === "error")).toHaveLength(1);
});

test("a peer that reads nothing costs no more than the queue, and is logged once a second", async () => {
  const lines: LogLine[] = [];
  const limits = { frameBytesMax: 64 * 1024, queueBytesMax: MEBIBYTE };
  const { network, peer, self } = await towardsDeafPeer(limits, lines);
  const message: PeerMessage = { kind: "forward", from: self, batch: new Uint8Array(16 * 1024) };

  for (let turn = 0; turn < 200; turn++) {
    network.send(peer.id, [message, message, message, message]);
    await new Promise((resolve) => setImmediate(resolve));
  }

  const stats = network.stats()[0];
  expect(stats?.connected).toBe(true);
  expect(stats?.messagesDropped).toBeGreaterThan(600);
  expect(stats?.queuedBytes).toBeLessThan(MEBIBYTE + 3 * 64 * 1024);
  const warnings = lines.filter(({ message: text }) => text.includes("queue to peer is full"));
  expect(warnings.length).toBeGreaterThanOrEqual(1);
  expect(warnings.length).toBeLessThanOrEqual(3);
});

test("a peer that breaks each connection at once is not dialled without a pause", async () => {
  let streams = 0;
  const startedAt = realClock.now();

  const { network } = await towardsOddPeer({}, [], (call) => {
    streams += 1;
    setImmediate(() => call.emit("error", new Error("no more")));
  });
  await until(() => streams > 4 && realClock.now() > startedAt + 500, "several dials");

  // Two lanes, at least 50 ms between two dials of each.
  const dialsMax = (realClock.now() - startedAt) / 50 + 2;
  expect(streams).toBeLessThanOrEqual(2 * dialsMax);
  expect(network.stats()[0]?.reconnects).toBeLessThan(dialsMax);
});

test("what is sent to a peer that is not connected is dropped and counted", async () => {
  const { a, b } = await pair();
  const network = a.network as GrpcPeerNetwork;
  await b.kill();
  await until(() => network.stats()[0]?.connected === false, "disconnected");

  network.send(b.id, [heartbeat(a, b), heartbeat(a, b)]);

  expect(network.stats()[0]).toMatchObject({ member: b.id, messagesDropped: 2, reconnects: 0 });
});

test("statistics count what was sent and each connection after the first", async () => {
  const cluster = clusterOf();
  const [a, b] = await cluster.form(2);
  if (a === undefined || b === undefined) throw new Error("two were formed");
  const network = a.network as GrpcPeerNetwork;
  network.send(b.id, [heartbeat(a, b), heartbeat(a, b), heartbeat(a, b)]);
  await until(() => network.stats()[0]?.messagesSent === 3, "sent");
  const { bytesSent = 0 } = network.stats()[0] ?? {};
  await b.kill();
  await until(() => network.stats()[0]?.connected === false, "disconnected");
  const again = await cluster.start(2, b.address);
  cluster.introduce([a, again]);
  await until(() => network.stats()[0]?.connected === true, "connected again");

  expect(bytesSent).toBeGreaterThan(30);
  expect(network.stats()[0]).toMatchObject({ messagesSent: 3, bytesSent, reconnects: 1 });
});

test("what was sent in the turn of a stop still arrives", async () => {
  const { a, b } = await pair();

  a.network.send(b.id, [heartbeat(a, b)]);
  await a.kill();
  await until(() => b.sightings.some(({ kind }) => kind === "received"), "it arrived");

  expect(b.sightings.filter(({ kind }) => kind === "received")).toHaveLength(1);
});

function clusterOf(): PeerCluster {
  const cluster = new PeerCluster(grpcFixture());
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  return cluster;
}

async function pair(): Promise<{ readonly a: PeerProcess; readonly b: PeerProcess }> {
  const [a, b] = await clusterOf().form(2);
  if (a === undefined || b === undefined) throw new Error("two were formed");
  return { a, b };
}

/** A network that is connected to a peer which introduces itself and then never reads again. */
async function towardsDeafPeer(limits: Partial<PeerLimits>, lines: LogLine[]) {
  const towards = await towardsOddPeer(limits, lines, (call) => call.pause());
  await until(() => towards.network.stats()[0]?.connected === true, "connected");
  return towards;
}

/** A network whose one peer introduces itself and then does something odd. */
async function towardsOddPeer(
  limits: Partial<PeerLimits>,
  lines: LogLine[],
  afterwards: (call: ServerStream) => void,
) {
  const { a, b } = await pair();
  await b.kill();
  const server = new Server();
  server.addService(peerService().definition, {
    hello: () => undefined,
    exchange: (call: ServerStream) => {
      call.once("data", () => {
        call.write({ identity: encodeIdentity(b.identity) });
        afterwards(call);
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", peerServerCredentials(), (failure, bound) => {
      if (failure === null) resolve(bound);
      else reject(failure);
    });
  });
  const network = new GrpcPeerNetwork({
    identity: () => a.identity,
    events: {
      received: () => undefined,
      connected: () => undefined,
      disconnected: () => undefined,
      gone: () => undefined,
      asked: () => Promise.resolve(false),
      snapshotAsked: () => Promise.resolve({ kind: "gone", reason: "nothing is served" }),
    },
    clock: realClock,
    random: new SeededRandom(3),
    logger: recordingLogger(lines),
    limits,
  });
  onTestFinished(async () => {
    await network.stop();
    server.forceShutdown();
  });
  const known = a.identity.membership?.profiles.find(({ id }) => id === b.id);
  if (known === undefined) throw new Error("the peer is a member");
  const peer: MemberProfile = { ...known, peerAddress: `127.0.0.1:${port}` };
  network.setPeers([peer]);
  return { network, peer, self: a.id };
}

/** The payloads of all entries that a process received, in order. */
function payloadsOf(process: PeerProcess): readonly Uint8Array[] {
  return process.sightings.flatMap((sighting) =>
    sighting.kind === "received" &&
    sighting.message.kind === "raft" &&
    sighting.message.message.kind === "append-request"
      ? sighting.message.message.entries.map(({ payload }) => payload)
      : [],
  );
}

function append(from: PeerProcess, to: PeerProcess, payloads: readonly Uint8Array[]): PeerMessage {
  return {
    kind: "raft",
    message: {
      kind: "append-request",
      from: from.id,
      to: to.id,
      term: 1,
      epoch: 1,
      round: 1,
      prev: { term: 0, index: 0 },
      entries: payloads.map((payload, at) => ({
        term: 1,
        index: at + 1,
        kind: "commands",
        payload,
      })),
      commit: 0,
      floor: 0,
    },
  };
}

function heartbeat(from: PeerProcess, to: PeerProcess): PeerMessage {
  return {
    kind: "raft",
    message: {
      kind: "heartbeat-request",
      from: from.id,
      to: to.id,
      term: 1,
      epoch: 1,
      round: 1,
      commit: 0,
      floor: 0,
    },
  };
}

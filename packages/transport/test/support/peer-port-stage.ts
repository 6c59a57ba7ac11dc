import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { StatusObject } from "@grpc/grpc-js";
import { SeededRandom } from "@holdfast/base";
import type { PeerIdentity } from "@holdfast/replica";
import { expect, onTestFinished } from "vitest";
import { PeerCluster, type PeerProcess } from "../../src/conformance/peer-cluster.ts";
import { peerClientCredentials, peerClientOptions } from "../../src/grpc/channel-options.ts";
import { GrpcPeerNetwork } from "../../src/grpc/grpc-peer-network.ts";
import { peerService, type WireStream } from "../../src/grpc/peer-wire.ts";
import { parsePeerAddress } from "../../src/peer-address.ts";
import { type PeerLimits, resolvePeerLimits } from "../../src/peer-limits.ts";
import { grpcFixture } from "./grpc-fixture.ts";
import { realClock, until } from "./real-time.ts";
import { type LogLine, recordingLogger } from "./recording-logger.ts";

export function clusterOf(limits: Partial<PeerLimits> = {}): PeerCluster {
  const cluster = new PeerCluster(grpcFixture(limits));
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  return cluster;
}

export async function pair(
  limits: Partial<PeerLimits> = {},
): Promise<{ readonly a: PeerProcess; readonly b: PeerProcess }> {
  const [a, b] = await clusterOf(limits).form(2);
  if (a === undefined || b === undefined) throw new Error("two were formed");
  return { a, b };
}

export function networkOf(identity: PeerIdentity, lines: LogLine[]): GrpcPeerNetwork {
  return new GrpcPeerNetwork({
    identity: () => identity,
    events: {
      received: () => undefined,
      connected: () => undefined,
      disconnected: () => undefined,
      gone: () => undefined,
      asked: () => Promise.resolve(false),
      snapshotAsked: () => Promise.resolve({ kind: "gone", reason: "nothing is served" }),
    },
    clock: realClock,
    random: new SeededRandom(1),
    logger: recordingLogger(lines),
  });
}

export function dial({ address }: PeerProcess, by: string = address): WireStream {
  const { Client } = peerService();
  const options = peerClientOptions(resolvePeerLimits());
  const client = new Client(by, peerClientCredentials(), options);
  onTestFinished(() => client.close());
  const stream = client.exchange();
  stream.on("error", () => undefined);
  stream.on("data", () => undefined);
  return stream;
}

export function statusOf(stream: WireStream): Promise<StatusObject> {
  return new Promise((resolve) => stream.once("status", resolve));
}

/** A way to a process on which nothing need arrive, while both ends believe that it stands. */
export async function relayTo(process: PeerProcess) {
  const outward = rawDial(process);
  let inward: Socket | undefined;
  const server = createServer((socket) => {
    inward = socket;
    socket.on("error", () => undefined);
    socket.pipe(outward);
    outward.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    inward?.destroy();
    server.close();
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The connection that the process sees. */
    outward,
    swallowAll: () => {
      inward?.unpipe(outward);
      outward.unpipe(inward);
      inward?.resume();
      outward.resume();
    },
  };
}

export async function passMs(ms: number): Promise<void> {
  const end = performance.now() + ms;
  await until(() => performance.now() > end, "time passes");
}

export function rawDial(process: PeerProcess): Socket {
  const socket = connect(parsePeerAddress(process.address));
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on("error", () => undefined);
  socket.resume();
  return socket;
}

/** One process still hears the other. */
export async function talks(from: PeerProcess, to: PeerProcess): Promise<void> {
  const before = to.sightings.length;
  from.network.send(to.id, [heartbeat(from, to)]);
  await until(() => to.sightings.length > before, "a message arrived");
  expect(to.sightings.at(-1)?.kind).toBe("received");
}

export function heartbeat(from: PeerProcess, to: PeerProcess) {
  return {
    kind: "raft",
    message: {
      kind: "heartbeat-response",
      from: from.id,
      to: to.id,
      term: 1,
      epoch: 1,
      round: 1,
    },
  } as const;
}

export function randomBytes(length: number): Buffer {
  const random = new SeededRandom(length);
  return Buffer.from(Array.from({ length }, () => random.uint32() & 255));
}

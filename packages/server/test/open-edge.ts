import {
  type CallOptions,
  type Client,
  type ClientUnaryCall,
  credentials,
  type GrpcObject,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { silentLogger } from "@holdfast/base";
import { loadProtocol } from "@holdfast/protocol";
import { onTestFinished } from "vitest";
import { SystemClock } from "../src/adapters/system-clock.ts";
import { SystemRandom } from "../src/adapters/system-random.ts";
import { SystemTurn } from "../src/adapters/system-turn.ts";
import { ClientEdge, type ClientEdgeOptions } from "../src/client-edge.ts";
import { SingleReplica } from "./single-replica.ts";

const HOST = "127.0.0.1";
const PACKAGES = loadProtocol(
  "etcd/rpc.proto",
  "etcd/v3lock.proto",
  "etcd/v3election.proto",
  "holdfast/v1/session.proto",
);

/** An answer as it came over the wire. */
// biome-ignore lint/suspicious/noExplicitAny: answers of loaded definitions are untyped by nature
export type Answer = any;

export type Ask = (
  method: string,
  request: object,
  options?: {
    readonly metadata?: Readonly<Record<string, string>>;
    readonly timeoutMs?: number;
    /** Ends the call when it fires. */
    readonly signal?: AbortSignal;
  },
) => Promise<Answer>;

/** The client port over a replica in memory, with clients to it; all is closed when the test ends. */
export async function openEdge(options: Partial<ClientEdgeOptions> = {}) {
  const replica = new SingleReplica();
  const edge = new ClientEdge(
    {
      replica,
      clock: new SystemClock(),
      turn: new SystemTurn(),
      random: new SystemRandom(),
      logger: silentLogger,
      layout: replica.layout,
    },
    { host: HOST, port: 0, ...options },
  );
  await edge.start();
  onTestFinished(() => edge.stop());
  const target = `${HOST}:${edge.address?.port}`;
  return {
    replica,
    edge,
    target,
    url: `http://${target}`,
    kv: asker(clientOf(target, "etcdserverpb", "KV")),
    cluster: asker(clientOf(target, "etcdserverpb", "Cluster")),
    maintenance: asker(clientOf(target, "etcdserverpb", "Maintenance")),
    lease: asker(clientOf(target, "etcdserverpb", "Lease")),
    lock: asker(clientOf(target, "v3lockpb", "Lock")),
    election: asker(clientOf(target, "v3electionpb", "Election")),
    auth: asker(clientOf(target, "etcdserverpb", "Auth")),
    session: () => clientOf(target, "holdfast", "v1", "Session"),
  };
}

/** A client of the service that stands at a path of packages. */
export function clientOf(target: string, ...path: readonly string[]): Client {
  const Service = path.reduce<unknown>((at, name) => (at as GrpcObject)[name], PACKAGES);
  const client = new (Service as ServiceClientConstructor)(target, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  onTestFinished(() => client.close());
  return client;
}

type Unary = (
  request: object,
  metadata: Metadata,
  options: CallOptions,
  done: (failure: ServiceError | null, answer: Answer) => void,
) => ClientUnaryCall;

export function asker(client: Client): Ask {
  const methods = client as unknown as Readonly<Record<string, Unary>>;
  return (method, request, { metadata = {}, timeoutMs, signal } = {}) =>
    new Promise((resolve, reject) => {
      const sent = new Metadata();
      for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
      const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
      const call = methods[method]?.(request, sent, options, (failure, answer) =>
        failure === null ? resolve(answer) : reject(failure),
      );
      signal?.addEventListener("abort", () => call?.cancel());
    });
}

export function bytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

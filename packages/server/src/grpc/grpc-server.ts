import {
  type MethodDefinition,
  Server,
  type ServerOptions,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import { loadDefinition, txnParts } from "@holdfast/protocol";
import { DEFAULT_OPERATION_LIMITS, REQUEST_PARTS_MAX } from "@holdfast/state-machine";
import type { HealthImplementation } from "grpc-health-check";
import { adminHandlers } from "./admin-handlers.ts";
import { type ClusterParts, clusterHandlers } from "./cluster-handlers.ts";
import { type KvParts, kvHandlers } from "./kv-handlers.ts";
import { addLazyReflection } from "./lazy-reflection.ts";
import { type MaintenanceParts, maintenanceHandlers } from "./maintenance-handlers.ts";
import { type SessionParts, sessionHandlers } from "./session-handlers.ts";

/** etcd's bound of a request, 1.5 MiB, and 512 KiB for what is around it. */
export const RECEIVE_BYTES_MAX: number = 1_572_864 + 512 * 1024;
/** Calls and streams at once on one connection. */
export const STREAMS_PER_CONNECTION_MAX = 16_384;

/** A step of a transaction and what it asks for are two parts of its message. */
const TXN_PARTS_MAX: number = 2 * REQUEST_PARTS_MAX;

/** How the other end of a connection is asked for a sign of life. */
export interface PingTimes {
  /**
   * How often, ms.
   *
   * @default 60000
   */
  readonly pingMs: number;
  /**
   * A connection that does not answer for so long is closed, ms.
   *
   * @default 20000
   */
  readonly pingTimeoutMs: number;
}

export const PING_TIMES: PingTimes = Object.freeze({ pingMs: 60_000, pingTimeoutMs: 20_000 });

const SERVER_OPTIONS: ServerOptions = {
  "grpc.max_receive_message_length": RECEIVE_BYTES_MAX,
  "grpc.max_send_message_length": -1,
  "grpc.max_concurrent_streams": STREAMS_PER_CONNECTION_MAX,
  // Nobody asks for it here, and it costs on each message.
  "grpc.enable_channelz": 0,
};

const FILES = ["etcd/rpc.proto", "holdfast/v1/admin.proto", "holdfast/v1/session.proto"] as const;

/** The client port's gRPC services; the server is not started, connections are to be injected. */
export function createGrpcServer(
  parts: KvParts &
    ClusterParts &
    MaintenanceParts &
    SessionParts & { readonly health: HealthImplementation },
  { pingMs, pingTimeoutMs }: PingTimes = PING_TIMES,
): Server {
  const definition = loadDefinition(...FILES);
  const server = new Server({
    ...SERVER_OPTIONS,
    // Else a client whose machine went away without a word would keep its place for ever.
    "grpc.keepalive_time_ms": pingMs,
    "grpc.keepalive_timeout_ms": pingTimeoutMs,
  });
  const kv = service("etcdserverpb.KV");
  const range = kv["Range"] as MethodDefinition<object, object>;
  const serialize = range.responseSerialize;
  const responseSerialize = (response: object): Buffer =>
    Buffer.isBuffer(response) ? response : serialize(response);
  server.addService(
    {
      ...kv,
      Range: { ...range, responseSerialize },
      Txn: withBoundedParts(kv["Txn"] as MethodDefinition<object, object>),
    } as ServiceDefinition,
    kvHandlers(parts, serialize),
  );
  server.addService(service("etcdserverpb.Cluster"), clusterHandlers(parts));
  server.addService(service("etcdserverpb.Maintenance"), maintenanceHandlers(parts));
  server.addService(service("holdfast.v1.Admin"), adminHandlers(parts));
  server.addService(service("holdfast.v1.Session"), sessionHandlers(parts));
  parts.health.addToServer(server);
  addLazyReflection(server, definition, parts.logger);
  return server;

  function service(name: string): ServiceDefinition {
    return definition[name] as ServiceDefinition;
  }
}

/**
 * A transaction of far too many parts is not decoded, but stands for one that has a guard
 * too many, and is refused like it.
 */
export function withBoundedParts(
  txn: MethodDefinition<object, object>,
): MethodDefinition<object, object> {
  const { txnOperationsMax } = DEFAULT_OPERATION_LIMITS;
  const refused = Buffer.from(new Array(txnOperationsMax + 1).fill(EMPTY_GUARD).flat());
  const requestDeserialize = (bytes: Buffer): object => {
    const parts = txnParts(bytes, TXN_PARTS_MAX);
    // The gRPC library answers as it does to all that it cannot decode.
    if (parts === "unreadable") throw new Error("a transaction cannot be read");
    return txn.requestDeserialize(parts === "few" ? bytes : refused);
  };
  return { ...txn, requestDeserialize };
}

/** Field 1 of `TxnRequest`, with no bytes. */
const EMPTY_GUARD: readonly number[] = [0x0a, 0];

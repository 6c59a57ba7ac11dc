import { type MethodDefinition, Server, type ServiceDefinition } from "@grpc/grpc-js";
import { loadDefinition, txnParts } from "@holdfast/protocol";
import { DEFAULT_OPERATION_LIMITS, REQUEST_PARTS_MAX } from "@holdfast/state-machine";
import type { HealthImplementation } from "grpc-health-check";
import type { GatewayParts } from "../http/gateway/gateway-methods.ts";
import { adminHandlers } from "./admin-handlers.ts";
import { handingOnEncoded } from "./answer-in-slices.ts";
import { type AuthParts, authHandlers } from "./auth-handlers.ts";
import { type ClusterParts, clusterHandlers } from "./cluster-handlers.ts";
import { type ElectionParts, electionHandlers } from "./election-handlers.ts";
import { type KvParts, kvHandlers } from "./kv-handlers.ts";
import { addLazyReflection } from "./lazy-reflection.ts";
import { LARGE_LEASE_ANSWERS, type LeaseParts, leaseHandlers } from "./lease-handlers.ts";
import { type LockParts, lockHandlers } from "./lock-handlers.ts";
import { type MaintenanceParts, maintenanceHandlers } from "./maintenance-handlers.ts";
import { ADMIT_ALL, ServedMethods } from "./served-methods.ts";
import { CLIENT_PINGS, type ClientPings, grpcServerOptions } from "./server-options.ts";
import { type SessionParts, sessionHandlers } from "./session-handlers.ts";
import { SharedEvents } from "./shared-events.ts";
import { type WatchParts, watchHandlers } from "./watch-handlers.ts";

/** A step of a transaction and what it asks for are two parts of its message. */
const TXN_PARTS_MAX: number = 2 * REQUEST_PARTS_MAX;

const FILES = [
  "etcd/rpc.proto",
  "etcd/v3lock.proto",
  "etcd/v3election.proto",
  "holdfast/v1/admin.proto",
  "holdfast/v1/session.proto",
] as const;

/** The client port's gRPC services; the server is not started, connections are to be injected. */
export function createGrpcServer(
  parts: AuthParts &
    KvParts &
    ClusterParts &
    LeaseParts &
    MaintenanceParts &
    SessionParts &
    WatchParts &
    LockParts &
    ElectionParts & { readonly health: HealthImplementation },
  pings: ClientPings = CLIENT_PINGS,
): { readonly server: Server } & GatewayParts {
  const definition = loadDefinition(...FILES);
  const server = new Server(grpcServerOptions(pings));
  const methods = new ServedMethods(server, ADMIT_ALL);
  const kv = service("etcdserverpb.KV");
  const range = kv["Range"] as MethodDefinition<object, object>;
  const serialize = range.responseSerialize;
  const responseSerialize = (response: object): Buffer =>
    Buffer.isBuffer(response) ? response : serialize(response);
  methods.add(
    {
      ...kv,
      Range: { ...range, responseSerialize },
      Txn: withBoundedParts(kv["Txn"] as MethodDefinition<object, object>),
    } as ServiceDefinition,
    kvHandlers(parts, serialize),
  );
  methods.add(service("etcdserverpb.Cluster"), clusterHandlers(parts));
  const lease = service("etcdserverpb.Lease");
  methods.add(handingOnEncoded(lease, LARGE_LEASE_ANSWERS), leaseHandlers(parts, lease));
  methods.add(service("etcdserverpb.Maintenance"), maintenanceHandlers(parts));
  const watch = service("etcdserverpb.Watch");
  const method = watch["Watch"] as MethodDefinition<object, object>;
  const events = new SharedEvents(method.responseSerialize);
  methods.add(
    { ...watch, Watch: { ...method, responseSerialize: events.serialize } } as ServiceDefinition,
    watchHandlers(parts, events),
  );
  methods.add(service("v3lockpb.Lock"), lockHandlers(parts));
  methods.add(service("v3electionpb.Election"), electionHandlers(parts));
  methods.add(service("etcdserverpb.Auth"), authHandlers(parts));
  methods.add(service("holdfast.v1.Admin"), adminHandlers(parts));
  methods.add(service("holdfast.v1.Session"), sessionHandlers(parts));
  parts.health.addToServer(server);
  addLazyReflection(server, definition, parts.logger);
  return { server, methods, definition };

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

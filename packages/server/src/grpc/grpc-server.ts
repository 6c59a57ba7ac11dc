import { type MethodDefinition, Server, type ServiceDefinition } from "@grpc/grpc-js";
import { loadDefinition } from "@holdfast/protocol";
import type { HealthImplementation } from "grpc-health-check";
import type { GatewayParts } from "../http/gateway/gateway-methods.ts";
import { adminHandlers } from "./admin-handlers.ts";
import { handingOnEncoded } from "./answer-in-slices.ts";
import { type AuthParts, authHandlers } from "./auth-handlers.ts";
import { BoundedRequests } from "./bounded-requests.ts";
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
  const bounded = new BoundedRequests(definition);
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
    return bounded.service(name, definition[name] as ServiceDefinition);
  }
}

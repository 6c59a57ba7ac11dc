import { type MethodDefinition, Server, type ServiceDefinition } from "@grpc/grpc-js";
import { loadDefinition } from "@holdfast/protocol";
import type { HealthImplementation } from "grpc-health-check";
import { adminHandlers } from "./admin-handlers.ts";
import { type ClusterParts, clusterHandlers } from "./cluster-handlers.ts";
import { type KvParts, kvHandlers } from "./kv-handlers.ts";
import { addLazyReflection } from "./lazy-reflection.ts";
import { type MaintenanceParts, maintenanceHandlers } from "./maintenance-handlers.ts";
import { CLIENT_PINGS, grpcServerOptions } from "./server-options.ts";
import { type SessionParts, sessionHandlers } from "./session-handlers.ts";

const FILES = ["etcd/rpc.proto", "holdfast/v1/admin.proto", "holdfast/v1/session.proto"] as const;

/** The client port's gRPC services; the server is not started, connections are to be injected. */
export function createGrpcServer(
  parts: KvParts &
    ClusterParts &
    MaintenanceParts &
    SessionParts & { readonly health: HealthImplementation },
): Server {
  const definition = loadDefinition(...FILES);
  const server = new Server(grpcServerOptions(CLIENT_PINGS));
  const kv = service("etcdserverpb.KV");
  const range = kv["Range"] as MethodDefinition<object, object>;
  const serialize = range.responseSerialize;
  const responseSerialize = (response: object): Buffer =>
    Buffer.isBuffer(response) ? response : serialize(response);
  server.addService(
    { ...kv, Range: { ...range, responseSerialize } } as ServiceDefinition,
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

import type { Server } from "node:http";
import type { Logger } from "@holdfast/base";
import { ETCD_VERSION, type Headers, type HealthService } from "@holdfast/service";
import { fastify } from "fastify";
import type { NodeMetrics } from "../telemetry/node-metrics.ts";
import { allowEveryOrigin } from "./cross-origin.ts";
import { GatewayMethods, type GatewayParts } from "./gateway/gateway-methods.ts";
import { withoutOlderPrefix } from "./gateway/gateway-paths.ts";
import { gatewayRoutes } from "./gateway/gateway-routes.ts";
import { gatewaySocketServer } from "./gateway/gateway-sockets.ts";
import { healthRoutes } from "./health-routes.ts";
import { closeLateUpgrades } from "./late-upgrades.ts";

/** A request's body, where the gateway does not say otherwise. */
const BODY_BYTES_MAX = 1024 * 1024;
/** A whole request must have come within this, ms. */
const REQUEST_MS_MAX = 30_000;

export interface HttpParts {
  readonly health: HealthService;
  readonly headers: Headers;
  readonly metrics: NodeMetrics;
  readonly gateway: GatewayParts;
  readonly logger: Logger;
}

export interface HttpServers {
  readonly http: Server;
  /** For connections that may become a WebSocket of the gateway; answers all else as `http` does. */
  readonly sockets: Server;
}

/**
 * HTTP/1.1 on the client port: health, version, metrics, and the gateway that speaks JSON.
 *
 * They do not listen: connections are given to `emit("connection", …)` once they are ready.
 */
export async function createHttpServers(parts: HttpParts): Promise<HttpServers> {
  const methods = new GatewayMethods(parts.gateway);
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    rewriteUrl: ({ url = "/" }) => withoutOlderPrefix(url),
  });
  allowEveryOrigin(app);
  closeLateUpgrades(app);
  app.setErrorHandler((failure, request, reply) => {
    const { statusCode } = failure as { readonly statusCode?: number };
    if (statusCode !== undefined && statusCode < 500) {
      return reply.code(statusCode).send({ error: (failure as Error).message });
    }
    parts.logger.error({ failure, url: request.url }, "an http request failed unexpectedly");
    return reply.code(500).send({ error: "the request failed unexpectedly; see the node's log" });
  });
  healthRoutes(app, parts.health);
  await app.register(gatewayRoutes, { prefix: "/v3", methods });
  app.get("/version", () => ({
    etcdserver: ETCD_VERSION,
    etcdcluster: parts.headers.status().clusterId === undefined ? "not_decided" : ETCD_VERSION,
    storage: ETCD_VERSION,
  }));
  app.get("/metrics", async (_request, reply) =>
    reply.type(parts.metrics.contentType).send(await parts.metrics.text()),
  );
  await app.ready();
  return { http: app.server, sockets: gatewaySocketServer(app.server, methods) };
}

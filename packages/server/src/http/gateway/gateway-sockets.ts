import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocketServer } from "ws";
import { GATEWAY_BODY_BYTES_MAX, type GatewayMethods } from "./gateway-methods.ts";
import { GATEWAY_PATHS, withoutOlderPrefix } from "./gateway-paths.ts";
import { serveSocket } from "./gateway-socket.ts";

const NO_SUCH_SOCKET = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/**
 * For connections that may become a WebSocket, which begin with a GET below `/v3`. A server of its own, because one that
 * hears of upgrades is told of every one that a client offers, and some offer HTTP/2 with each request; what
 * does not become a socket is answered by `http`.
 */
export function gatewaySocketServer(http: Server, methods: GatewayMethods): Server {
  const { requestTimeout } = http;
  const server = createServer({ requestTimeout }, (request, response) =>
    http.emit("request", request, response),
  );
  let loading: Promise<WebSocketServer> | undefined;
  server.on("upgrade", (request, connection, head) => {
    const path = methodAt(request, methods);
    if (path === undefined) return refuse(connection);
    loading ??= socketServer();
    accept(path, { request, connection, head, methods, loading }).catch(() => connection.destroy());
  });
  return server;
}

/** Nobody reads from it any more, so that it would not close by itself with something unread in it. */
function refuse(connection: Duplex): void {
  connection.end(NO_SUCH_SOCKET, () => connection.destroy());
}

/** The streaming method that a WebSocket asks for. */
function methodAt(
  { url = "/", headers }: IncomingMessage,
  methods: GatewayMethods,
): string | undefined {
  if (headers.upgrade?.toLowerCase() !== "websocket") return undefined;
  const wanted = withoutOlderPrefix(url).split("?")[0];
  const found = Object.entries(GATEWAY_PATHS).find(
    ([path, urls]) => methods.isStream(path) && urls.some((one) => `/v3${one}` === wanted),
  );
  return found?.[0];
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly connection: Duplex;
  readonly head: Buffer;
  readonly methods: GatewayMethods;
  readonly loading: Promise<WebSocketServer>;
}

async function accept(
  path: string,
  { request, connection, head, methods, loading }: Upgrade,
): Promise<void> {
  const served = methods.get(path);
  if (served?.handler === undefined) return refuse(connection);
  const { handler, definition } = served;
  const codec = await methods.codecOf(definition);
  const server = await loading;
  server.handleUpgrade(request, connection, head, (socket) =>
    serveSocket(socket, {
      handler,
      codec,
      requestStream: definition.requestStream,
      requestBytesMax: GATEWAY_BODY_BYTES_MAX,
      headers: request.headers,
    }),
  );
}

/** Loaded with the first socket: most nodes never have one. */
async function socketServer(): Promise<WebSocketServer> {
  const { WebSocketServer } = await import("ws");
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: GATEWAY_BODY_BYTES_MAX,
  });
}

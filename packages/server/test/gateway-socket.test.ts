import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { status, type UntypedHandleCall } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { serveSocket } from "../src/http/gateway/gateway-socket.ts";
import { type Answer, bytes, openEdge } from "./open-edge.ts";
import { RawWebSocket, upgradeOf } from "./raw-web-socket.ts";

const KEY = Buffer.from("key").toString("base64");

/** A WebSocket of the gateway; `next` resolves with each message, and with `undefined` at its end. */
async function opened(path: string) {
  const edge = await openEdge();
  const socket = new WebSocket(`ws://${edge.target}${path}`);
  onTestFinished(() => socket.terminate());
  const told: (Answer | undefined)[] = [];
  let wake = (): void => undefined;
  const tell = (answer: Answer | undefined): void => {
    told.push(answer);
    wake();
  };
  let closedWith = 0;
  socket.on("message", (data: Buffer) => tell(JSON.parse(data.toString())));
  socket.on("close", (code) => {
    closedWith = code;
    tell(undefined);
  });
  await once(socket, "open");
  const next = async (): Promise<Answer | undefined> => {
    while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return told.shift();
  };
  return {
    ...edge,
    socket,
    next,
    ask: (message: object) => socket.send(JSON.stringify(message)),
    closedWith: () => closedWith,
  };
}

test("a watch on a WebSocket takes requests at any time and tells what happens", async () => {
  const { ask, next, kv } = await opened("/v3/watch");
  ask({ create_request: { key: KEY } });
  expect(await next()).toMatchObject({ result: { created: true } });
  await kv("Put", { key: bytes("key"), value: bytes("1") });
  expect(await next()).toMatchObject({ result: { events: [{ kv: { mod_revision: "2" } }] } });

  ask({ create_request: { key: KEY, start_revision: 2, watch_id: 7 } });

  expect(await next()).toMatchObject({ result: { created: true, watch_id: "7" } });
  expect(await next()).toMatchObject({ result: { watch_id: "7", events: [{}] } });
  ask({ cancel_request: { watch_id: 7 } });
  expect(await next()).toMatchObject({ result: { canceled: true, watch_id: "7" } });
});

test("a lease is kept alive on a WebSocket, by the older path too", async () => {
  const { ask, next, lease } = await opened("/v3beta/lease/keepalive");
  const { ID } = await lease("LeaseGrant", { TTL: 60 });

  ask({ ID });
  ask({ ID: 12 });

  expect(await next()).toMatchObject({ result: { ID, TTL: "60" } });
  expect(await next()).toMatchObject({ result: { ID: "12" } });
});

test("a method that takes one request answers it and closes", async () => {
  const { ask, next, closedWith, kv } = await opened("/v3/maintenance/snapshot");
  await kv("Put", { key: bytes("key"), value: bytes("1") });

  ask({});

  const blobs: Buffer[] = [];
  for (let answer = await next(); answer !== undefined; answer = await next()) {
    blobs.push(Buffer.from(answer.result.blob ?? "", "base64"));
  }
  expect(Buffer.concat(blobs).length % 512).toBe(32);
  expect(closedWith()).toBe(1000);
});

test("what is no request ends the call and says why", async () => {
  const { socket, next, closedWith } = await opened("/v3/watch");

  socket.send('{"create_request":{"key":1}}');

  expect(await next()).toMatchObject({ error: { code: 3 } });
  expect(await next()).toBeUndefined();
  expect(closedWith()).toBe(1011);
});

test("whoever closes it ends the call", async () => {
  const { ask, next, socket, edge } = await opened("/v3/watch");
  ask({ create_request: { key: KEY } });
  await next();

  socket.close();

  await expect
    .poll(() => edge.metrics.text())
    .toContain("etcd_debugging_mvcc_watch_stream_total 0");
});

test("a node that drains ends the watches on it", async () => {
  const { ask, next, edge } = await opened("/v3/watch");
  ask({ create_request: { key: KEY } });
  await next();

  const draining = edge.drain(5_000);

  while ((await next()) !== undefined);
  await draining;
});

test.each([
  ["/v3/kv/range", "websocket"],
  ["/v3/nothing", "websocket"],
  ["/v3/watch", "h2c"],
])("%s is no %s", async (path, upgrade) => {
  const { url } = await openEdge();
  const asked = request(`${url}${path}`, { headers: { connection: "upgrade", upgrade } });
  asked.end();

  const [response] = (await once(asked, "response")) as [{ readonly statusCode: number }];

  expect(response.statusCode).toBe(404);
});

test("a client that offers HTTP/2 with its requests is answered over HTTP/1.1", async () => {
  const { url } = await openEdge();
  const body = JSON.stringify({ key: KEY, value: KEY });
  const asked = request(`${url}/v3/kv/put`, {
    method: "POST",
    headers: {
      connection: "Upgrade, HTTP2-Settings",
      upgrade: "h2c",
      "http2-settings": "AAMAAABkAAQAAP__",
    },
  });
  asked.end(body);

  const [response] = (await once(asked, "response")) as [{ readonly statusCode: number }];

  expect(response.statusCode).toBe(200);
});

test("connections whose upgrade was refused are let go, whatever they send yet", async () => {
  const { target, url, edge } = await openEdge({ connectionsMax: 5 });
  const refused = Array.from({ length: 5 }, () => new RawWebSocket(target, "/v3/nothing"));
  for (const one of refused) {
    await one.told("404 Not Found");
    one.socket.end("x");
    await once(one.socket, "close");
  }

  await expect.poll(() => edge.metrics.text()).toMatch(/^holdfast_client_connections 0$/m);
  expect((await fetch(`${url}/version`)).status).toBe(200);
});

test("what comes behind a failure is not looked at", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  await once(server, "listening");
  const asked: unknown[] = [];
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await once(server, "connection")) as [WebSocket];
  serveSocket(socket, {
    handler: ((call: Duplex) => {
      call.on("data", () => call.emit("error", { code: status.ABORTED, details: "enough" }));
    }) as unknown as UntypedHandleCall,
    codec: {
      request: (json) => {
        asked.push(json);
        return json as object;
      },
      response: async (message) => JSON.stringify(message),
    },
    requestStream: true,
    requestBytesMax: 1000,
    headers: {},
  });
  const failed = once(client, "message");
  await once(client, "open");

  client.send('{"at":1}');
  // The client answers a close with a close: what it sends before that comes behind the failure.
  client.once("message", () => {
    client.send('{"at":2}{"at":3}');
    client.send('{"at":4}');
  });

  expect(String((await failed)[0])).toContain("enough");
  await once(socket, "close");
  expect(asked).toEqual([{ at: 1 }]);
});

test("a header that cannot be metadata ends the call and says why", async () => {
  const { target } = await openEdge();

  const socket = new RawWebSocket(target, "/v3/watch", ["Grpc-Metadata-a-bin: AA=="]);

  await socket.told('{"error":{"code":3,"message":"');
});

test("an upgrade on a connection that was used before is refused, and the connection closed", async () => {
  const { target } = await openEdge();
  const [host, port] = target.split(":");
  const socket = connect({ host: host as string, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  let answers = "";
  socket.on("data", (chunk) => (answers += chunk));
  socket.write("GET /version HTTP/1.1\r\nHost: node\r\n\r\n");
  await expect.poll(() => answers).toContain("etcdserver");

  socket.write(upgradeOf("/v3/watch"));
  await once(socket, "close");

  expect(answers).toMatch(/HTTP\/1.1 501 .*connection: close/is);
});

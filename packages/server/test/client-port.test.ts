import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { connect, type Socket } from "node:net";
import {
  type Client,
  credentials,
  loadPackageDefinition,
  type MethodDefinition,
  Server,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { silentLogger } from "@holdfast/base";
import { loadDefinition } from "@holdfast/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { ClientPort, type ClientPortOptions } from "../src/client-port/client-port.ts";
import { grpcServerOptions } from "../src/grpc/server-options.ts";
import { CallLedger } from "../src/requests/call-ledger.ts";

const HOST = "127.0.0.1";
const KV = "etcdserverpb.KV";
const PINGS = { pingMs: 100, pingTimeoutMs: 100 };
/** What opens an HTTP/2 connection: the preface, and empty settings. */
const HTTP2_OPENING = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");

/** A port whose gRPC puts wait until the test answers them, and whose HTTP tells the path. */
async function openPort(options: Partial<ClientPortOptions> = {}) {
  const definition = loadDefinition("etcd/rpc.proto");
  const ledger = new CallLedger();
  const calls = ledger.method({ service: KV, method: "Put", type: "unary" });
  const waiting: sendUnaryData<object>[] = [];
  let arrived = () => {};
  const grpc = new Server(grpcServerOptions(PINGS));
  grpc.addService(definition[KV] as ServiceDefinition, {
    Put: (_call: unknown, callback: sendUnaryData<object>) => {
      calls.started();
      waiting.push(callback);
      arrived();
    },
    Range: (_call: unknown, callback: sendUnaryData<object>) => callback(null, { count: 42 }),
  });
  const http = createHttpServer((request, response) => response.end(`asked ${request.url}`));
  const port = new ClientPort(
    { grpc, http, sockets: http, calls: ledger, logger: silentLogger },
    { host: HOST, port: 0, ...options },
  );
  await port.start();
  onTestFinished(() => port.stop());
  const clients = loadPackageDefinition(definition);
  // biome-ignore lint/suspicious/noExplicitAny: clients of a loaded definition are untyped by nature
  const Kv = (clients["etcdserverpb"] as any).KV;
  const client: Client & Record<string, Call> = new Kv(
    `${HOST}:${port.address.port}`,
    credentials.createInsecure(),
    { "grpc.use_local_subchannel_pool": 1 },
  );
  onTestFinished(() => client.close());
  return {
    port,
    put: () => call(client, "Put"),
    range: () => call(client, "Range"),
    putArrived: () =>
      new Promise<void>((resolve) => {
        arrived = resolve;
        if (waiting.length > 0) resolve();
      }),
    answerPuts: () => {
      for (const callback of waiting.splice(0)) {
        callback(null, {});
        calls.ended(status.OK);
      }
    },
    connect: () => connection(port),
  };
}

type Call = (request: object, done: (failure: unknown, answer: object) => void) => void;

function call(client: Client & Record<string, Call>, method: string) {
  return new Promise<object>((resolve, reject) => {
    client[method]?.({ key: Buffer.from("a") }, (failure, answer) =>
      failure ? reject(failure) : resolve(answer),
    );
  });
}

async function connection(port: ClientPort): Promise<Socket> {
  const socket = connect({ host: HOST, port: port.address.port });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "connect");
  return socket;
}

/** All that comes until the other side closes. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.on("error", () => {});
  await once(socket, "close");
  return text;
}

test("gRPC and HTTP/1.1 are served on one port", async () => {
  const { port, range } = await openPort();

  const response = await fetch(`http://${HOST}:${port.address.port}/health`);

  expect(await response.text()).toBe("asked /health");
  expect(await range()).toMatchObject({ count: "42" });
});

test("a request that comes byte by byte is understood", async () => {
  const socket = await (await openPort()).connect();
  socket.setNoDelay(true);

  for (const byte of "PUT /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") {
    await new Promise((resolve) => socket.write(byte, resolve));
  }

  expect(await readToEnd(socket)).toContain("asked /slow");
});

test("a body that comes with its head is not lost", async () => {
  const socket = await (await openPort()).connect();

  socket.write(
    "GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  );
  const text = await readToEnd(socket);

  expect(text).toContain("asked /one");
  expect(text).toContain("asked /two");
});

test("garbage is told to be no request, and the port goes on", async () => {
  const { connect: open, range } = await openPort();
  const socket = await open();

  socket.write(Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]));
  const text = await readToEnd(socket);

  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(await range()).toMatchObject({ count: "42" });
});

test("a preface that is followed by garbage ends only its own connection", async () => {
  const { connect: open, range } = await openPort();
  const socket = await open();

  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(Buffer.alloc(1000, 0xff));
  await readToEnd(socket);

  expect(await range()).toMatchObject({ count: "42" });
});

test("a connection that does not say what it speaks is closed", async () => {
  const { connect: open, port } = await openPort({ peekTimeoutMs: 20 });
  const silent = await open();
  const hesitant = await open();
  hesitant.write("PRI * HT");

  await Promise.all([readToEnd(silent), readToEnd(hesitant)]);

  await expect.poll(() => port.connections).toBe(0);
});

test("a connection that ends at once leaves nothing behind", async () => {
  const { connect: open, port, range } = await openPort();

  const socket = await open();
  socket.write("PR");
  socket.end();
  await readToEnd(socket);

  await expect.poll(() => port.connections).toBe(0);
  expect(await range()).toMatchObject({ count: "42" });
});

test("connections beyond the limit are closed and counted, those below go on", async () => {
  const { port, connect: open } = await openPort({ connectionsMax: 1 });
  const first = await open();
  const second = await open();

  await readToEnd(second);
  first.write("GET /still HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  expect(await readToEnd(first)).toContain("asked /still");
  expect(port.connectionsRefused).toBe(1);
});

test("a drain lets calls in flight end and takes no new connection", async () => {
  const { port, put, putArrived, answerPuts } = await openPort();
  const inFlight = put();
  await putArrived();

  const drained = port.drain(10_000);
  await expect(connection(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  answerPuts();

  await expect(inFlight).resolves.toMatchObject({});
  await drained;
  expect(port.connections).toBe(0);
});

test("a drain ends with its grace time even if a call does not", async () => {
  const { port, put, putArrived } = await openPort();
  const inFlight = put();
  const failed = expect(inFlight).rejects.toMatchObject({ code: expect.any(Number) });
  await putArrived();

  await port.drain(30);

  await failed;
  expect(port.connections).toBe(0);
});

test("draining twice is one drain", async () => {
  const { port } = await openPort();

  await Promise.all([port.drain(1000), port.stop(), port.stop()]);

  expect(port.connections).toBe(0);
});

test("methods that nobody serves answer unimplemented", async () => {
  const { port } = await openPort();
  const definition = loadDefinition("etcd/rpc.proto");
  // biome-ignore lint/suspicious/noExplicitAny: clients of a loaded definition are untyped by nature
  const all = loadPackageDefinition(definition)["etcdserverpb"] as any;
  const methods = ["KV", "Lease", "Auth", "Maintenance", "Cluster"].flatMap((name) =>
    Object.values(
      definition[`etcdserverpb.${name}`] as Record<string, MethodDefinition<object, object>>,
    )
      .filter(({ requestStream, responseStream, path }) => {
        const served = ["/etcdserverpb.KV/Put", "/etcdserverpb.KV/Range"].includes(path);
        return !requestStream && !responseStream && !served;
      })
      .map(({ path }) => ({ service: name, method: path.split("/").at(-1) as string })),
  );

  for (const { service, method } of methods) {
    const client = new all[service](`${HOST}:${port.address.port}`, credentials.createInsecure());
    await expect(call(client, method)).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    client.close();
  }
});

test("a client that has vanished without a word is given up, one that is there is not", async () => {
  const { port, put, putArrived, answerPuts, connect: raw } = await openPort();
  const answered = put();
  await putArrived();
  const vanished = await raw();
  const since = performance.now();

  // It takes what comes, as a system whose process hangs does, and answers nothing.
  vanished.write(HTTP2_OPENING);
  await readToEnd(vanished);

  expect(performance.now() - since).toBeGreaterThanOrEqual(PINGS.pingMs + PINGS.pingTimeoutMs - 5);
  answerPuts();
  expect(await answered).toMatchObject({});
  expect(port.connections).toBe(1);
});

describe("a client of Go", () => {
  /** What it waits for, and answers. */
  const SETTINGS = Buffer.from("000000040000000000", "hex");
  const ACK = Buffer.from("000000040100000000", "hex");
  /** As etcdctl 3.4.23 asks `--endpoints=http://127.0.0.1:36633` for its status. */
  const HEADERS = Buffer.from(
    "0000770104000000018386459760a924882d9dcb6571afa066a925a87510ac6e48d36a3f41909d29aee30c044eae05c0b86e32e38cb35f8b" +
      "1d75d0620d263d4c4d65647a8b9acac8b4c7602bb2caecff40027465864d833505b11f40899acac8b24d494f6a7f867df69f0356ff408d" +
      "25062d495875996ee5b1063d5f03332e34",
    "hex",
  );
  const DATA = Buffer.from("0000050001000000010000000000", "hex");
  const HEADERS_FRAME = 1;
  const RESET_FRAME = 3;

  /** The types of the frames that come, until one of these two does. */
  async function answerTo(socket: Socket, frames: readonly Buffer[]): Promise<number> {
    socket.write(HTTP2_OPENING);
    let seen = Buffer.alloc(0);
    let asked = false;
    return new Promise((resolve, reject) => {
      socket.on("close", () => reject(new Error("it was closed")));
      socket.on("data", (chunk: Buffer) => {
        seen = Buffer.concat([seen, chunk]);
        if (!asked && seen.subarray(0, SETTINGS.length).equals(SETTINGS)) {
          asked = true;
          socket.write(Buffer.concat(frames));
        }
        for (const type of typesOf(seen)) {
          if (type === HEADERS_FRAME || type === RESET_FRAME) resolve(type);
        }
      });
    });
  }

  function typesOf(bytes: Buffer): readonly number[] {
    const types: number[] = [];
    for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3))
      types.push(bytes[at + 3] ?? -1);
    return types;
  }

  test.each([
    ["behind", [ACK, HEADERS, DATA]],
    ["before", [HEADERS, ACK, DATA]],
    ["long before", [HEADERS, DATA, ACK]],
  ])("may name a URL as its authority, its call %s its settings", async (_, frames) => {
    const socket = await (await openPort()).connect();

    expect(await answerTo(socket, frames)).toBe(HEADERS_FRAME);
  });

  test("that makes no call is served all the same, once it makes one", async () => {
    const { connect: dial } = await openPort({ firstCallMs: 10 });
    const socket = await dial();
    const settings = once(socket, "data");
    socket.write(HTTP2_OPENING);
    await settings;

    socket.write(ACK);
    // What the library below sends first: it has the connection now.
    const [own] = await once(socket, "data");

    expect(typesOf(own as Buffer)[0]).toBe(SETTINGS[3]);
  });

  test("that never acknowledges settings is given up", async () => {
    const socket = await (await openPort({ peekTimeoutMs: 50 })).connect();
    const closed = once(socket, "close");
    socket.on("data", () => undefined);

    socket.write(Buffer.concat([HTTP2_OPENING, HEADERS, DATA]));

    await closed;
  });
});

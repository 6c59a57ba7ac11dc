import { expect, test } from "vitest";
import { openEdge } from "./open-edge.ts";
import { longestTurnMs, RawWebSocket } from "./raw-web-socket.ts";

const KEY = Buffer.from("key").toString("base64");
const CREATE = JSON.stringify({ create_request: { key: KEY } });
const CREATED = '"created":true';
/** What a turn may take here is some tens of ms; what these floods took was seconds. */
const TURN_MS_MAX = 150;

async function opened() {
  const edge = await openEdge();
  const socket = new RawWebSocket(edge.target, "/v3/watch");
  await socket.told("101 Switching Protocols");
  // What the first request loads is not what is asked here.
  socket.send(CREATE);
  await socket.told(CREATED);
  socket.received = "";
  return { ...edge, socket };
}

test("a long request that goes on in small messages holds nobody up", async () => {
  const { socket } = await opened();
  const [head = "", tail = ""] = CREATE.split(KEY);
  socket.send(head + KEY.repeat(250_000));

  const longest = await longestTurnMs(async () => {
    socket.send(...Array.from({ length: 4_000 }, () => "A"));
    socket.send(tail);
    await socket.told(CREATED);
  });

  expect(longest).toBeLessThan(TURN_MS_MAX);
});

test("many small messages of one write hold nobody up", async () => {
  const { socket } = await opened();

  const longest = await longestTurnMs(async () => {
    socket.send(...Array.from({ length: 10_000 }, () => "{}"), CREATE);
    await socket.told(CREATED);
  });

  expect(longest).toBeLessThan(TURN_MS_MAX);
});

test("many requests of one message hold nobody up", async () => {
  const { socket } = await opened();

  const longest = await longestTurnMs(async () => {
    socket.send("{}".repeat(300_000), CREATE);
    await socket.told(CREATED);
  });

  expect(longest).toBeLessThan(TURN_MS_MAX);
}, 30_000);

test("many requests of one body hold nobody up", async () => {
  const { url } = await openEdge();
  const ask = async (body: string): Promise<string> => {
    const response = await fetch(`${url}/v3/watch`, { method: "POST", body });
    return response.text();
  };
  await ask("{}x");
  let answer = "";

  const longest = await longestTurnMs(async () => {
    answer = await ask(`${"{}".repeat(500_000)}x`);
  });

  expect(answer).toContain("the body ends within a request");

  expect(longest).toBeLessThan(TURN_MS_MAX);
});

test("a body of many requests, where one is wanted, is refused at the second", async () => {
  const { url } = await openEdge();
  const ask = async (body: string): Promise<string> => {
    const response = await fetch(`${url}/v3/kv/range`, { method: "POST", body });
    return response.text();
  };
  await ask("{}");
  let answer = "";

  const longest = await longestTurnMs(async () => {
    answer = await ask("{}".repeat(1_000_000));
  });

  expect(answer).toContain("the body holds more than one request");
  expect(longest).toBeLessThan(TURN_MS_MAX);
});

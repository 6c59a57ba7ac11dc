import { request } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { type Answer, bytes, openEdge } from "./open-edge.ts";

type Post = (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

/** A node and a client of its gateway; a body that is no text is made JSON. */
async function opened() {
  const edge = await openEdge();
  const post: Post = async (path, body, headers = {}) => {
    const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`${edge.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      ...(sent !== undefined && { body: sent }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  return { ...edge, post };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const KEY = Buffer.from("key").toString("base64");
const VALUE = Buffer.from("value").toString("base64");
const HEADER = { cluster_id: "9007199254740991", member_id: "1111222233334", raft_term: "2" };

test("what is put as JSON is read as JSON, and over gRPC", async () => {
  const { post, kv } = await opened();

  const put = await post("/v3/kv/put", { key: KEY, value: VALUE, lease: 0 });
  const read = await post("/v3/kv/range", { key: KEY });

  expect(put).toMatchObject({ status: 200, json: { header: { ...HEADER, revision: "2" } } });
  expect(put.headers.get("content-type")).toBe("application/json");
  expect(read.json).toEqual({
    header: { ...HEADER, revision: "2" },
    kvs: [{ key: KEY, create_revision: "2", mod_revision: "2", version: "1", value: VALUE }],
    count: "1",
  });
  expect((await kv("Range", { key: bytes("key") })).kvs[0].value).toEqual(bytes("value"));
});

test("a transaction may be told in either kind of names", async () => {
  const { post } = await opened();
  const compare = [{ key: KEY, target: "CREATE", createRevision: "0" }];

  const first = await post("/v3/kv/txn", {
    compare,
    success: [{ requestPut: { key: KEY, value: VALUE } }, { request_range: { key: KEY } }],
  });
  const second = await post("/v3/kv/txn", {
    compare,
    failure: [{ request_delete_range: { key: KEY, prevKv: true } }],
  });

  expect(first.json).toMatchObject({
    succeeded: true,
    responses: [
      { response_put: { header: { revision: "2" } } },
      { response_range: { kvs: [{ value: VALUE }], count: "1" } },
    ],
  });
  expect(second.json).not.toHaveProperty("succeeded");
  expect(second.json.responses[0].response_delete_range).toMatchObject({
    deleted: "1",
    prev_kvs: [{ key: KEY }],
  });
});

const REFUSED = [
  ["no key", "/v3/kv/range", {}, 400, 3, "etcdserver: key is not provided"],
  ["no body", "/v3/kv/put", undefined, 400, 3, "etcdserver: key is not provided"],
  ["a revision to come", "/v3/kv/range", { key: KEY, revision: 9 }, 400, 11, /future revision/],
  ["a key that is a number", "/v3/kv/range", { key: 1 }, 400, 3, /key/],
  ["half a body", "/v3/kv/range", '{"key":"YQ=="', 400, 3, /body/],
  ["no JSON", "/v3/kv/range", "key=value", 400, 3, /body/],
  ["two requests", "/v3/kv/range", "{}{}", 400, 3, /more than one/],
  ["a list", "/v3/kv/range", "[]", 400, 3, /body/],
  ["authentication", "/v3/auth/authenticate", {}, 400, 9, /not enabled/],
  ["what is not served", "/v3/auth/user/add", { name: "a" }, 501, 12, /cannot be added/],
  ["no such path", "/v3/kv/nope", {}, 404, 5, "Not Found"],
] as const;

test("what is refused is told with code and status", async () => {
  const { post } = await opened();

  for (const [what, path, body, status, code, message] of REFUSED) {
    const refused = await post(path, body);
    const expected = typeof message === "string" ? message : expect.stringMatching(message);
    const json = { code, message: expected, details: [] };
    expect.soft(refused, what).toMatchObject({ status, json });
  }
});

test("other methods than POST are refused", async () => {
  const { url } = await opened();

  const response = await fetch(`${url}/v3/kv/range`);

  expect(response.status).toBe(501);
  expect(await response.json()).toMatchObject({ code: 12, message: "Method Not Allowed" });
});

test("no leader is told as such where it is asked for, and cancelled calls are cancelled", async () => {
  const { post, replica, url, edge } = await opened();
  replica.loseLeader();

  const refused = await post("/v3/kv/put", { key: KEY }, { "Grpc-Metadata-hasleader": "true" });
  const gone = new AbortController();
  const waiting = fetch(`${url}/v3/kv/put`, {
    method: "POST",
    body: JSON.stringify({ key: KEY }),
    signal: gone.signal,
  });
  gone.abort();

  expect(refused).toMatchObject({
    status: 503,
    json: { code: 14, message: "etcdserver: no leader" },
  });
  await expect(waiting).rejects.toThrow("abort");
  replica.regainLeader();
  await edge.drain(1000);
});

test("older clients' paths are the same", async () => {
  const { post } = await opened();

  for (const path of ["/v3beta/kv/range", "/v3alpha/kv/range"]) {
    expect.soft(await post(path, { key: KEY }), path).toMatchObject({ status: 200 });
  }
});

test("a body that is larger than a request may be is not read", async () => {
  const { post } = await opened();

  const refused = await post("/v3/kv/put", { key: KEY, value: "A".repeat(2_100_000) });

  expect(refused).toMatchObject({ status: 413, json: { code: 8 } });
});

test("pages of any origin may ask", async () => {
  const { url, post } = await opened();

  const asked = await fetch(`${url}/v3/kv/put`, { method: "OPTIONS" });
  const { headers } = await post("/v3/kv/range", { key: KEY });

  expect(asked.status).toBe(200);
  expect(asked.headers.get("access-control-allow-methods")).toContain("POST");
  expect(headers.get("access-control-allow-origin")).toBe("*");
});

test("ids above 2^53 survive as numbers too", async () => {
  const { post } = await opened();
  const lease = "7587848390000000001";

  for (const ID of [lease, `"${lease}"`]) {
    const refused = await post("/v3/kv/put", `{"key":"${KEY}","value":"${VALUE}","lease":${ID}}`);
    expect(refused.json).toMatchObject({ code: 5, message: expect.stringContaining("lease") });
  }
});

test("an answer of megabytes is whole and in order", async () => {
  const { post, kv } = await opened();
  for (let part = 0; part < 30; part++) {
    const success = Array.from({ length: 100 }, (_, at) => ({
      request_put: {
        key: bytes(`k${String(100 * part + at).padStart(5, "0")}`),
        value: Buffer.alloc(500),
      },
    }));
    await kv("Txn", { success });
  }

  const { json } = await post("/v3/kv/range", { key: "AA==", range_end: "AA==" });

  expect(json).toMatchObject({ count: "3000", header: { revision: "31" } });
  const keys = json.kvs.map(({ key }: Answer) => Buffer.from(key, "base64").toString());
  expect(keys).toEqual(Array.from({ length: 3000 }, (_, at) => `k${String(at).padStart(5, "0")}`));
});

test("a stream is a line for each answer", async () => {
  const { post } = await opened();
  await post("/v3/kv/put", { key: KEY, value: VALUE });

  const { text, status } = await post("/v3/maintenance/snapshot");

  const lines = text
    .trimEnd()
    .split("\n")
    .map((line: string) => JSON.parse(line).result);
  const file = Buffer.concat(lines.map(({ blob }: Answer) => Buffer.from(blob ?? "", "base64")));
  expect(status).toBe(200);
  expect(file.length % 512).toBe(32);
  expect(lines[0]).toMatchObject({ version: "3.6.0" });
});

test("a stream whose client goes is ended", async () => {
  const { url, replica, kv, edge } = await opened();
  for (const key of ["a", "b", "c"]) {
    await kv("Put", { key: bytes(key), value: Buffer.alloc(1_000_000) });
  }
  const sent = request(`${url}/v3/maintenance/snapshot`, { method: "POST" });
  sent.on("error", () => undefined);
  const answered = new Promise((resolve) => {
    sent.once("response", (response) => response.once("data", resolve));
  });
  sent.end("{}");
  await answered;

  sent.destroy();
  await edge.drain(5000);

  expect(replica.counts.frozenClosed).toBe(1);
});

/** Lines of an answer as they come. */
async function* linesOf(response: Response): AsyncGenerator<Answer> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

test("a watch tells what happens, also when its body has ended", async () => {
  const { url, post } = await opened();
  const response = await fetch(`${url}/v3/watch`, {
    method: "POST",
    body: JSON.stringify({ create_request: { key: KEY, prevKv: true } }),
  });
  const lines = linesOf(response);

  expect((await lines.next()).value).toMatchObject({ result: { created: true } });
  await post("/v3/kv/put", { key: KEY, value: VALUE });
  await post("/v3/kv/deleterange", { key: KEY });

  const put = { kv: { key: KEY, value: VALUE, mod_revision: "2" } };
  expect((await lines.next()).value.result.events).toMatchObject([put]);
  const deleted = { type: "DELETE", prev_kv: { value: VALUE }, kv: { mod_revision: "3" } };
  expect((await lines.next()).value.result.events).toMatchObject([deleted]);
  await lines.return(undefined);
});

test("several requests may stand in one body", async () => {
  const { url, post } = await opened();
  await post("/v3/kv/put", { key: KEY, value: VALUE });
  const body = [
    { create_request: { key: KEY, start_revision: 2, watch_id: 7 } },
    { create_request: { key: "", range_end: "AA==" } },
    { cancel_request: { watch_id: 7 } },
  ];

  const response = await fetch(`${url}/v3/watch`, {
    method: "POST",
    body: body.map((one) => JSON.stringify(one)).join(" "),
  });

  const seen: Answer[] = [];
  for await (const { result } of linesOf(response)) {
    seen.push(result);
    if (result.canceled === true) break;
  }
  expect(seen.filter(({ created }) => created)).toHaveLength(2);
  expect(seen.at(-1)).toMatchObject({ canceled: true, watch_id: "7" });
});

test("a lease is kept alive, and one that is none has no time to live", async () => {
  const { post } = await opened();
  const { json: granted } = await post("/v3/lease/grant", { TTL: 60 });

  const kept = await post(
    "/v3/lease/keepalive",
    `{"ID":"${granted.ID}"}{"ID":${granted.ID}}{"ID":"12"}`,
  );
  const left = await post("/v3/kv/lease/timetolive", { ID: granted.ID });

  const lines = kept.text
    .trimEnd()
    .split("\n")
    .map((line: string) => JSON.parse(line).result);
  expect(lines).toMatchObject([
    { ID: granted.ID, TTL: "60" },
    { ID: granted.ID, TTL: "60" },
    { ID: "12" },
  ]);
  expect(lines[2]).not.toHaveProperty("TTL");
  expect(left.json).toMatchObject({ grantedTTL: "60" });
});

test("a lock that is waited for is given up when its client goes", async () => {
  const { url, post } = await opened();
  const name = Buffer.from("lock").toString("base64");
  const held = await post("/v3/lock/lock", { name });
  const gone = new AbortController();
  const waiting = fetch(`${url}/v3/lock/lock`, {
    method: "POST",
    body: JSON.stringify({ name }),
    signal: gone.signal,
  }).catch((failure: Error) => failure.name);
  const waiters = async (): Promise<number> =>
    Number((await post("/v3/kv/range", { key: "AA==", range_end: "AA==" })).json.count);
  await expect.poll(waiters).toBe(2);

  gone.abort();

  expect(await waiting).toBe("AbortError");
  await expect.poll(waiters).toBe(1);
  expect(await post("/v3/lock/unlock", { key: held.json.key })).toMatchObject({ status: 200 });
});

test("calls that were sent without waiting for answers are all given up when their client goes", async () => {
  const { target, post, edge } = await opened();
  const name = Buffer.from("lock").toString("base64");
  const held = await post("/v3/lock/lock", { name });
  const [host = "", port] = target.split(":");
  const client = connect({ host, port: Number(port) });
  const calls = [
    ["/v3/watch", { create_request: { key: KEY } }],
    ["/v3/lock/lock", { name }],
    ["/v3/watch", { create_request: { key: KEY } }],
    ["/v3/lock/lock", { name }],
  ] as const;
  for (const [path, asked] of calls) {
    const body = JSON.stringify(asked);
    client.write(
      `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  }
  const waiters = async (): Promise<number> =>
    Number((await post("/v3/kv/range", { key: "AA==", range_end: "AA==" })).json.count);
  const watches = async (): Promise<string | undefined> =>
    /^etcd_debugging_mvcc_watcher_total (\d+)$/m.exec(await edge.metrics.text())?.[1];
  await expect.poll(waiters).toBe(3);
  const before = await watches();

  client.destroy();

  await expect.poll(waiters).toBe(1);
  await expect.poll(watches).toBe("0");
  expect(Number(before)).toBeGreaterThan(0);
  expect(await post("/v3/lock/unlock", { key: held.json.key })).toMatchObject({ status: 200 });
});

test("who leads is told, and who leads next", async () => {
  const { url, post } = await opened();
  const name = Buffer.from("chair").toString("base64");
  const campaign = async (value: string): Promise<Answer> =>
    (await post("/v3/election/campaign", { name, value: Buffer.from(value).toString("base64") }))
      .json;
  const { leader } = await campaign("ann");
  const response = await fetch(`${url}/v3/election/observe`, {
    method: "POST",
    body: JSON.stringify({ name }),
  });
  const lines = linesOf(response);
  const told = async (): Promise<string> => {
    const { value } = await lines.next();
    return Buffer.from(value.result.kv.value, "base64").toString();
  };

  expect(await told()).toBe("ann");
  const proclaimed = await post("/v3/election/proclaim", {
    leader,
    value: Buffer.from("anna").toString("base64"),
  });
  expect(proclaimed.status).toBe(200);
  expect(await told()).toBe("anna");
  const next = campaign("bob");
  expect((await post("/v3/election/resign", { leader })).status).toBe(200);
  await next;
  expect(await told()).toBe("bob");
  await lines.return(undefined);
});

test("a request that is none ends a stream and says why", async () => {
  const { post } = await opened();

  const refused = await post("/v3/watch", '{"create_request":{"key":1}}');
  const late = await post("/v3/lease/keepalive", '{"ID":"12"}{"ID":');

  expect(refused).toMatchObject({ status: 400, json: { error: { code: 3 } } });
  expect(late.text).toContain('"error":{"code":3');
});

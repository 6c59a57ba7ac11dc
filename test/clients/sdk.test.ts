import { connect, type Holdfast, RequestError } from "@holdfast/client";
import { eventually } from "@holdfast/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

let client: Holdfast;
beforeAll(async () => {
  client = await cluster().connect();
});
afterAll(() => client.close());

test("a client that is given one address learns the others", async () => {
  await using one = await connect(cluster().endpoints[2] ?? "");

  expect([...one.endpoints].sort()).toEqual([...cluster().endpoints].sort());
});

test("what one turn asks for is answered together, each for itself", async () => {
  const answers = await Promise.all([
    client.put("turn/1", "one"),
    client.put("turn/2", "two"),
    client.get("nothing"),
  ]);

  expect(answers[0].revision).not.toBe(answers[1].revision);
  expect(answers[2]).toBeUndefined();
});

test("a range has its entries in order, their count, and whether there are more", async () => {
  await Promise.all(["c", "a", "b"].map((name) => client.put(`range/${name}`, name)));

  const { entries, count, more } = await client.range({ prefix: "range/" }, { limit: 2 });

  expect(entries.map((entry) => [entry.key, entry.text()])).toEqual([
    ["range/a", "a"],
    ["range/b", "b"],
  ]);
  expect({ count, more }).toEqual({ count: 3, more: true });
});

test("increments by transaction happen exactly once each though the leader is killed amid them", async () => {
  const increments = 40;
  const clients = await Promise.all(cluster().endpoints.map(() => cluster().connect()));
  await client.put("counter", "0");
  let done = 0;
  const leader = await cluster().leader();

  const counting = Promise.all(
    clients.map(async (one) => {
      for (let at = 0; at < increments; at++) {
        await increment(one);
        done += 1;
      }
    }),
  );
  await eventually(() => done >= increments / 2, { within: 20_000 });
  await leader.kill();
  await counting;

  expect((await client.get("counter"))?.text()).toBe(String(clients.length * increments));
  expect((await cluster().leader()).id).not.toBe(leader.id);
  for (const one of clients) await one.close();
  await mend(cluster());
});

/** Writes only over what it has read; until it holds. */
async function increment(one: Holdfast): Promise<void> {
  for (let held = false; !held; ) {
    const entry = await one.get("counter");
    const value = String(Number(entry?.text() ?? 0) + 1);
    const { succeeded } = await one.txn({
      compare: [{ key: "counter", modRevision: entry?.modRevision ?? 0 }],
      then: [{ kind: "put", key: "counter", value }],
    });
    held = succeeded;
  }
}

test("a write whose signal has fired before is not sent", async () => {
  const put = client.put("aborted", "never", { signal: AbortSignal.abort() });

  await expect(put).rejects.toMatchObject({ code: "ABORTED", outcome: "not-applied" });
  expect(await client.get("aborted")).toBeUndefined();
});

test("a write that is given up in flight says that its outcome is unknown", async () => {
  const abort = new AbortController();
  for (const node of cluster().nodes) node.pause();
  const put = client.put("given/up", "perhaps", { signal: abort.signal });
  const failure = put.catch((reason: unknown) => reason);
  setImmediate(() => setImmediate(() => abort.abort()));

  const failed = await failure;

  for (const node of cluster().nodes) node.resume();
  expect(failed).toBeInstanceOf(RequestError);
  expect(failed).toMatchObject({ code: "ABORTED", outcome: "unknown" });
});

test("a write that no node answers in time says that its outcome is unknown", async () => {
  for (const node of cluster().nodes) node.pause();

  const failed = await client
    .put("too/late", "perhaps", { timeoutMs: 300 })
    .catch((reason: unknown) => reason);

  for (const node of cluster().nodes) node.resume();
  expect(failed).toMatchObject({ code: "TIMEOUT", outcome: "unknown", retryable: true });
});

test("a write that is refused says that it was not applied", async () => {
  const put = client.put("huge", new Uint8Array(4 * 1024 * 1024));

  await expect(put).rejects.toMatchObject({ code: "REQUEST_TOO_LARGE", outcome: "not-applied" });
  expect(await client.get("huge")).toBeUndefined();
});

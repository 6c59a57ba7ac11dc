import { Etcd3 } from "etcd3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

let client: Etcd3;
beforeAll(() => {
  client = new Etcd3({ hosts: [...cluster().endpoints] });
});
afterAll(() => client.close());

test("get reads what put wrote", async () => {
  await client.put("greeting").value("hello");

  expect(await client.get("greeting").string()).toBe("hello");
});

test("get of a key that is not there is null", async () => {
  expect(await client.get("nothing")).toBeNull();
});

test("put returns what it replaced where that is asked for", async () => {
  await client.put("replaced").value("old");

  const { prev_kv } = await client
    .put("replaced")
    .value("new")
    .getPrevious()
    .then((kv) => ({ prev_kv: kv }));

  expect(prev_kv.value.toString()).toBe("old");
});

test("delete tells how many there were", async () => {
  await client.put("doomed").value("1");

  expect(await client.delete().key("doomed")).toMatchObject({ deleted: "1" });
  expect(await client.get("doomed")).toBeNull();
});

test("getAll of a prefix has all keys with their values, and no others", async () => {
  await Promise.all(["a", "b", "c"].map((name) => client.put(`range/${name}`).value(name)));
  await client.put("rangf").value("beside it");

  expect(await client.getAll().prefix("range/").strings()).toEqual({
    "range/a": "a",
    "range/b": "b",
    "range/c": "c",
  });
});

test("a transaction by if, then and else takes the branch that its comparison says", async () => {
  await client.put("state").value("open");
  const close = () =>
    client
      .if("state", "Value", "==", "open")
      .then(client.put("state").value("closed"))
      .else(client.get("state"))
      .commit();

  expect((await close()).succeeded).toBe(true);
  expect((await close()).succeeded).toBe(false);
});

test("STM increments of concurrent clients through different nodes happen exactly once each", async () => {
  const clients = cluster().endpoints.map((endpoint) => new Etcd3({ hosts: endpoint }));
  await client.put("counter").value(0);
  const rounds = 10;

  await Promise.all(
    clients.map(async (one) => {
      for (let round = 0; round < rounds; round++) {
        await one.stm({ retries: 1000, prefetch: [], isolation: 0 }).transact(async (tx) => {
          const value = await tx.get("counter").number();
          await tx.put("counter").value((value ?? 0) + 1);
        });
      }
    }),
  );

  for (const one of clients) one.close();
  expect(await client.get("counter").number()).toBe(clients.length * rounds);
});

test("a watcher is told puts and deletions of a prefix with what was before, in order", async () => {
  const watcher = await client.watch().prefix("watched/").withPreviousKV().create();
  const told: string[] = [];
  const done = new Promise<void>((resolve) => {
    watcher.on("put", (kv, previous) => told.push(`put ${kv.key} ${kv.value} ${previous?.value}`));
    watcher.on("delete", (kv, previous) => {
      told.push(`delete ${kv.key} ${previous?.value}`);
      resolve();
    });
  });
  await client.put("watched/a").value("1");
  await client.put("watched/a").value("2");
  await client.put("watchee").value("beside it");
  await client.delete().key("watched/a");
  await done;
  await watcher.cancel();

  expect(told).toEqual(["put watched/a 1 undefined", "put watched/a 2 1", "delete watched/a 2"]);
});

test("a watcher that starts in the past is told the past first", async () => {
  const { header } = await client.put("past").value("1");
  await client.put("past").value("2");
  const watcher = await client.watch().key("past").startRevision(header.revision).create();
  const told: string[] = [];
  const done = new Promise<void>((resolve) => {
    watcher.on("put", ({ value }) => {
      told.push(value.toString());
      if (told.length === 3) resolve();
    });
  });
  await client.put("past").value("3");
  await done;
  await watcher.cancel();

  expect(told).toEqual(["1", "2", "3"]);
});

test("a lock that is held is refused to another until it is released", async () => {
  const held = await client.lock("mutex").ttl(10).acquire();
  const other = client.lock("mutex").ttl(10);

  await expect(other.acquire()).rejects.toThrow("Failed to acquire a lock");
  await held.release();
  await other.acquire();
  await other.release();
});

test("an election has one leader at a time, and its observers hear of each", async () => {
  const election = client.election("post", 10);
  const observer = await election.observe();
  const told: string[] = [];
  observer.on("change", (value) => told.push(value ?? "nobody"));
  const first = election.campaign("one");
  await new Promise((resolve) => first.once("elected", resolve));
  const second = election.campaign("two");
  const elected = new Promise((resolve) => second.once("elected", resolve));

  expect(await election.leader()).toBe("one");
  await first.resign();
  await elected;
  expect(await election.leader()).toBe("two");
  await expect.poll(() => told).toEqual(["one", "two"]);
  await second.resign();
  await observer.cancel();
});

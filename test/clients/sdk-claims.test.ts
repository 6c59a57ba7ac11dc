import { connect, type Holdfast } from "@holdfast/client";
import { expect, onTestFinished, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

async function open(): Promise<Holdfast> {
  const client = await connect(cluster().endpoints);
  onTestFinished(() => client.close());
  return client;
}

test("a lease keeps its keys for longer than it lives, and takes them with it when it is revoked", async () => {
  const client = await open();
  const lease = await client.lease({ ttlSeconds: 2 });
  await client.put("leased", "here", { lease: lease.id });
  const since = performance.now();
  await expect
    .poll(async () => performance.now() - since > 2500 && (await client.get("leased"))?.text(), {
      timeout: 5000,
    })
    .toBe("here");

  expect(lease.lost.aborted).toBe(false);
  await lease.revoke();
  expect(await client.get("leased")).toBeUndefined();
  expect(lease.lost.aborted).toBe(true);
});

test("a lease that somebody else ends is lost within a third of its time", async () => {
  const [client, other] = [await open(), await open()];
  const lease = await client.lease({ ttlSeconds: 3 });
  const lost = new Promise((resolve) => lease.lost.addEventListener("abort", resolve));
  await other.revokeLease(lease.id);

  await lost;
  expect(lease.lost.reason).toMatchObject({
    code: "LEASE_LOST",
    message: "the cluster has ended the lease",
  });
  await expect(other.renewLease(lease.id)).rejects.toMatchObject({ code: "LEASE_NOT_FOUND" });
});

test("a lock is held by one at a time, its token grows, and its guard fails for an old holder", async () => {
  const [client, other] = [await open(), await open()];
  const first = await client.lock("settle");
  const second = other.lock("settle");
  const { guard, token } = first;
  const write = (value: string) =>
    client.txn({ compare: [guard], then: [{ kind: "put", key: "settled", value }] });

  expect((await write("by the first")).succeeded).toBe(true);
  await first.release();
  expect((await second).token).toBeGreaterThan(token);
  expect((await write("too late")).succeeded).toBe(false);
  expect((await client.get("settled"))?.text()).toBe("by the first");
  await (await second).release();
});

test("who gives up waiting for a lock leaves its place to those behind it", async () => {
  const client = await open();
  const held = await client.lock("queue");
  const giveUp = new AbortController();
  const waiting = client.lock("queue", { signal: giveUp.signal });
  await expect.poll(async () => (await client.range({ prefix: "queue/" })).count).toBe(2);
  const patient = client.lock("queue");
  giveUp.abort();

  await expect(waiting).rejects.toMatchObject({ code: "ABORTED" });
  await held.release();
  await (await patient).release();
});

test("a lock and a watch outlive the leader of the cluster", async () => {
  const client = await open();
  await using lock = await client.lock("outlives", { ttlSeconds: 4 });
  const waiting = client.lock("outlives", { ttlSeconds: 4 });
  const leader = await cluster().leader();
  await leader.kill();
  await client.put("meanwhile", "1", { timeoutMs: 20_000 });

  expect(lock.lost.aborted).toBe(false);
  await lock.release();
  await (await waiting).release();
  await mend(cluster());
});

test("the winner of an election says what it likes, and observers hear it and who wins next", async () => {
  const [client, other] = [await open(), await open()];
  const stop = new AbortController();
  const told: (string | undefined)[] = [];
  const observing = (async () => {
    for await (const entry of other.observe("post", { signal: stop.signal }))
      told.push(entry?.text());
  })();
  const first = await client.campaign("post", "one");
  await expect.poll(() => told.at(-1)).toBe("one");
  await first.proclaim("one!");
  const second = other.campaign("post", "two");
  await expect.poll(() => told.at(-1)).toBe("one!");
  await first.resign();
  const winner = await second;
  await expect.poll(() => told.at(-1)).toBe("two");

  expect((await client.leader("post"))?.text()).toBe("two");
  await expect(first.proclaim("again")).rejects.toMatchObject({ code: "NOT_LEADER" });
  stop.abort();
  await expect(observing).rejects.toMatchObject({ code: "ABORTED" });
  await winner.resign();
});

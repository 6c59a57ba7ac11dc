import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { bytes, openEdge } from "./open-edge.ts";

const EVERYTHING = { key: bytes("\0"), range_end: bytes("\0") };

/** Resolves once so many claims stand in the store. */
async function untilClaims(
  kv: Awaited<ReturnType<typeof openEdge>>["kv"],
  count: number,
): Promise<void> {
  await expect.poll(async () => (await kv("Range", EVERYTHING)).kvs.length).toBe(count);
}

async function leaseOf(lease: Awaited<ReturnType<typeof openEdge>>["lease"]): Promise<string> {
  return (await lease("LeaseGrant", { TTL: 60 })).ID;
}

test("a lock's key names its lease in hexadecimal, and asking again with the lease finds it held", async () => {
  const { lock, lease } = await openEdge();
  const ID = await leaseOf(lease);
  const first = await lock("Lock", { name: bytes("m"), lease: ID });
  const again = await lock("Lock", { name: bytes("m"), lease: ID });

  expect(first.key.toString()).toBe(`m/${BigInt(ID).toString(16)}`);
  expect(again.key).toEqual(first.key);
});

test("without a lease one of a minute is granted", async () => {
  const { lock, lease } = await openEdge();
  const { key } = await lock("Lock", { name: bytes("m") });
  const ID = BigInt(`0x${key.toString().slice(2)}`).toString();

  expect(await lease("LeaseTimeToLive", { ID })).toMatchObject({ grantedTTL: "60" });
});

test("those who wait get the lock in the order in which they came", async () => {
  const { lock, kv } = await openEdge();
  const held = await lock("Lock", { name: bytes("m") });
  const order: number[] = [];
  const waiting: Promise<Buffer>[] = [];
  for (const place of [1, 2, 3]) {
    waiting.push(
      lock("Lock", { name: bytes("m") }).then(({ key }) => {
        order.push(place);
        return key;
      }),
    );
    await untilClaims(kv, place + 1);
  }
  await lock("Unlock", { key: held.key });
  for (const next of waiting) await lock("Unlock", { key: await next });

  expect(order).toEqual([1, 2, 3]);
});

test("a caller that gives up leaves its place, and whoever stood behind it goes on", async () => {
  const { lock, kv } = await openEdge();
  const held = await lock("Lock", { name: bytes("m") });
  const giveUp = new AbortController();
  const givesUp = lock("Lock", { name: bytes("m") }, { signal: giveUp.signal });
  await untilClaims(kv, 2);
  const patient = lock("Lock", { name: bytes("m") });
  await untilClaims(kv, 3);

  giveUp.abort();
  await expect(givesUp).rejects.toMatchObject({ code: status.CANCELLED });
  await untilClaims(kv, 2);
  await lock("Unlock", { key: held.key });
  expect((await patient).key.toString()).toMatch(/^m\//);
});

test("who waits hears at once that the lease is gone", async () => {
  const { lock, lease, kv } = await openEdge();
  await lock("Lock", { name: bytes("m") });
  const ID = await leaseOf(lease);
  const waiting = lock("Lock", { name: bytes("m"), lease: ID });
  await untilClaims(kv, 2);
  await lease("LeaseRevoke", { ID });

  await expect(waiting).rejects.toMatchObject({
    code: status.UNKNOWN,
    details: "mutex: session is expired",
  });
});

test("a lease that is not there locks nothing; unlocking what is not held is no failure", async () => {
  const { lock } = await openEdge();

  await expect(lock("Lock", { name: bytes("m"), lease: "77" })).rejects.toMatchObject({
    code: status.NOT_FOUND,
    details: "etcdserver: requested lease not found",
  });
  expect(await lock("Unlock", { key: bytes("m/77") })).toMatchObject({ header: { revision: "1" } });
});

test("names that begin alike do not meet", async () => {
  const { lock } = await openEdge();
  await lock("Lock", { name: bytes("m") });

  expect((await lock("Lock", { name: bytes("m2") })).key.toString()).toMatch(/^m2\//);
  expect((await lock("Lock", { name: bytes("") })).key.toString()).toMatch(/^\//);
});

test("of two calls with one lease the first may end, and the second waits on in its place", async () => {
  const { lock, lease, kv } = await openEdge();
  const held = await lock("Lock", { name: bytes("m") });
  const ID = await leaseOf(lease);
  const end = new AbortController();
  const first = lock("Lock", { name: bytes("m"), lease: ID }, { signal: end.signal });
  await untilClaims(kv, 2);
  const second = lock("Lock", { name: bytes("m"), lease: ID });
  const key = bytes(`m/${BigInt(ID).toString(16)}`);
  await expect.poll(async () => (await kv("Range", { key })).kvs[0].version).toBe("2");

  end.abort();
  await expect(first).rejects.toMatchObject({ code: status.CANCELLED });
  await lock("Unlock", { key: held.key });

  expect((await second).key.toString()).toBe(Buffer.from(key).toString());
});

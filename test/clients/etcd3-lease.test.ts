import { eventually } from "@holdfast/testkit";
import { Etcd3 } from "etcd3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

let client: Etcd3;
beforeAll(() => {
  client = new Etcd3({ hosts: [...cluster().endpoints] });
});
afterAll(() => client.close());

test("a lease holds what is put with it until it is revoked", async () => {
  const lease = client.lease(60);
  await lease.put("held").value("1");
  expect(await client.get("held").string()).toBe("1");

  await lease.revoke();

  expect(await client.get("held")).toBeNull();
});

test("a lease is renewed, and told to be lost once it is gone", async () => {
  const lease = client.lease(60);
  const id = await lease.grant();
  const lost = new Promise<Error>((resolve) => lease.on("lost", resolve));
  expect(await lease.keepaliveOnce()).toMatchObject({ ID: id, TTL: "60" });

  await client.leaseClient.leaseRevoke({ ID: id });

  await expect(lease.keepaliveOnce()).rejects.toThrow("expired or revoked");
  await expect(lost).resolves.toMatchObject({ message: expect.stringContaining("expired") });
});

test("a lease that is kept alive by itself outlives its time; once released it ends", async () => {
  const lease = client.lease(2);
  await lease.put("alive").value("1");
  let renewals = 0;
  lease.on("keepaliveSucceeded", () => {
    renewals++;
  });
  // It renews thrice in its time.
  await eventually(async () => renewals >= 4, { within: 20_000, what: "four renewals" });
  expect(await client.get("alive").string()).toBe("1");

  lease.release();

  await eventually(async () => (await client.get("alive")) === null, {
    within: 10_000,
    what: "the key of a lease that nobody renews is gone",
  });
});

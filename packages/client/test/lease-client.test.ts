import { describe, expect, test } from "vitest";
import { inSession, type Stage, watch } from "./stage.ts";

/** A client with a lease that it keeps alive, on nodes that answer or do not. */
async function holding() {
  const stage = await inSession();
  const granted = watch(stage.client.lease({ ttlSeconds: 60 }));
  await stage.world.settle();
  const lease = granted.value;
  if (lease === undefined) throw new Error("the lease was not granted");
  return { ...stage, lease };
}

/** How the lease is known to the cluster. */
async function isThere({ world, client }: Stage, id: bigint): Promise<boolean> {
  const renewed = watch(client.renewLease(id));
  await world.settle();
  return renewed.value !== undefined;
}

describe("a lease that is to end", () => {
  test("and of which nobody heard is ended by asking again", async () => {
    const stage = await holding();
    const { world, cluster, lease } = stage;
    cluster.set({ kind: "alone" });
    const failed = watch(lease.revoke({ timeoutMs: 1000 }));
    await world.pass(2000);
    expect(failed.error).toMatchObject({ code: "TIMEOUT" });
    cluster.set({ kind: "serves" });
    expect(await isThere(stage, lease.id)).toBe(true);

    const again = watch(lease.revoke());
    await world.settle();

    expect(again.error).toBeUndefined();
    expect(await isThere(stage, lease.id)).toBe(false);
  });

  test("and may not, as the cluster is damaged, is refused until it may", async () => {
    const stage = await holding();
    const { world, session, lease } = stage;
    const alarm = async (action: "activate" | "deactivate"): Promise<void> => {
      const corrupt = { member: 1n, kind: "corrupt" } as const;
      const set = watch(
        session.write({ kind: "alarm", action, alarm: corrupt }, 10, { timeoutMs: 5000 }),
      );
      await world.settle();
      expect(set.error).toBeUndefined();
    };
    await alarm("activate");
    const refused = watch(lease.revoke());
    await world.settle();
    expect(refused.error).toMatchObject({ outcome: "not-applied" });
    await alarm("deactivate");

    const again = watch(lease.revoke());
    await world.settle();

    expect(again.error).toBeUndefined();
    expect(await isThere(stage, lease.id)).toBe(false);
  });

  test("has ended for all who ask for it at once, or for none", async () => {
    const { world, cluster, lease } = await holding();
    cluster.set({ kind: "alone" });
    let ended = 0;
    for (let times = 0; times < 2; times++) void lease.revoke().then(() => ended++);
    await world.settle();
    expect(ended).toBe(0);

    cluster.set({ kind: "serves" });
    await world.pass(3000);

    expect(ended).toBe(2);
  });

  test("is asked to once, and not where it was left to end by itself", async () => {
    const { world, cluster, lease, client } = await holding();
    const left = watch(client.lease({ ttlSeconds: 60 }));
    await world.settle();
    watch(lease.revoke());
    await world.settle();
    cluster.seen.length = 0;

    left.value?.abandon();
    const revoked = [lease, left.value].map((one) => watch(one?.revoke() ?? Promise.reject()));
    await world.settle();

    expect(revoked.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(cluster.turns).toEqual([]);
  });
});

test("a lease of days is renewed after a third of them", async () => {
  const { world, cluster, client } = await inSession();
  const granted = watch(client.lease({ ttlSeconds: 3 * 86_400 }));
  await world.settle();
  cluster.seen.length = 0;

  await world.pass(86_401_000);

  expect(cluster.turns).not.toEqual([]);
  granted.value?.abandon();
});

test("a lease that was granted as its client was closed is not kept alive", async () => {
  const { world, cluster, client, session } = await inSession();
  const [key, rangeEnd] = [Uint8Array.of(1), new Uint8Array(0)];
  const before = { kind: "delete-range", key, rangeEnd, prevKv: false } as const;
  void session.write(before, 10, { timeoutMs: 5000 }).then(() => client.close());
  const granted = watch(client.lease({ ttlSeconds: 60 }));

  await world.settle();

  expect(cluster.turns).not.toEqual([]);
  expect(granted.error).toMatchObject({ code: "CLOSED", outcome: "applied" });
});

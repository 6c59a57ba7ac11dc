import { describe, expect, test } from "vitest";
import { connected, inSession, watch } from "../../test/stage.ts";
import type { Holdfast } from "./holdfast.ts";

const LARGE = 1n << 63n;
/** No number of the wire holds it. */
const TOO_LARGE = 1n << 80n;

describe("what no node could take is refused, and the rest of its turn goes on", () => {
  const asked: readonly (readonly [string, (client: Holdfast) => Promise<unknown>])[] = [
    ...[Number.NaN, Number.POSITIVE_INFINITY, 1.5, 0, -1, 9_000_000_001, 2 ** 60].map(
      (ttlSeconds) =>
        [`a lease of ${ttlSeconds} s`, (client: Holdfast) => client.lease({ ttlSeconds })] as const,
    ),
    ["a lock of no time", (client) => client.lock("m", { ttlSeconds: Number.NaN })],
    ["a campaign of half a second", (client) => client.campaign("m", "me", { ttlSeconds: 0.5 })],
    ["an id beyond 64 bits to revoke", (client) => client.revokeLease(LARGE)],
    ["one to renew", (client) => client.renewLease(-LARGE - 1n)],
    ["one to hang on", (client) => client.put("k", "v", { lease: LARGE })],
    ["a number for an id", (client) => client.revokeLease(7 as never)],
    [
      "one to hang on in a transaction",
      (client) => client.txn({ then: [{ kind: "put", key: "k", value: "v", lease: LARGE }] }),
    ],
    [
      "one to compare with",
      (client) => client.txn({ compare: [{ key: "k", lease: LARGE }], then: [] }),
    ],
    ...[5, null, undefined, true, {}, [1], new ArrayBuffer(1), Uint16Array.of(1)].flatMap(
      (none) => {
        const named = `${Object.prototype.toString.call(none)} for`;
        return [
          [`${named} a value`, (client: Holdfast) => client.put("k", none as never)] as const,
          [`${named} a key`, (client: Holdfast) => client.get(none as never)] as const,
          [`${named} keys`, (client: Holdfast) => client.delete(none as never)] as const,
          [
            `${named} a prefix`,
            (client: Holdfast) => client.range({ prefix: none as never }),
          ] as const,
          [`${named} a lock`, (client: Holdfast) => client.lock(none as never)] as const,
        ];
      },
    ),
  ];
  test.each(asked)("%s", async (_, ask) => {
    const { world, client } = await inSession();
    const before = watch(client.put("before", "v"));
    const refused = watch(ask(client));
    const behind = watch(client.put("behind", "v"));

    await world.settle();

    expect(refused.error).toMatchObject({ code: "INVALID_ARGUMENT", outcome: "not-applied" });
    expect(before.value).toMatchObject({ kind: "put" });
    expect(behind.value).toMatchObject({ kind: "put" });
  });

  test("the least and the largest are not", async () => {
    const { world, client } = await inSession();
    const leases = [1, 9_000_000_000].map((ttlSeconds) => watch(client.lease({ ttlSeconds })));
    const known = watch(client.revokeLease(-LARGE));

    await world.settle();

    expect(leases.map(({ value }) => value?.ttlSeconds)).toEqual([1, 9_000_000_000]);
    expect(known.error).toMatchObject({ code: "LEASE_NOT_FOUND" });
    for (const { value } of leases) value?.abandon();
  });
});

test("an operation that cannot be encoded fails alone, whatever else leaves with it", async () => {
  const { world, session } = await connected();
  const put = (lease: bigint) =>
    watch(
      session.write(
        {
          kind: "put",
          key: Uint8Array.of(1),
          value: Uint8Array.of(1),
          lease,
          prevKv: false,
          ignoreValue: false,
          ignoreLease: false,
        },
        10,
        { timeoutMs: 5000 },
      ),
    );
  const all = [put(0n), put(TOO_LARGE), put(0n), put(-TOO_LARGE), put(0n)];

  await world.settle();

  expect(all.map(({ value, error }) => error?.code ?? value?.kind)).toEqual([
    "put",
    "INVALID_ARGUMENT",
    "put",
    "INVALID_ARGUMENT",
    "put",
  ]);
});

test("text comes back as it was put, with a mark of the order of bytes before it too", async () => {
  const { world, client } = await inSession();
  const put = watch(client.put("\uFEFFk", '\uFEFF{"a":1}'));
  await world.settle();
  const got = watch(client.get("\uFEFFk"));
  await world.settle();

  expect(put.error).toBeUndefined();
  expect(got.value?.key).toBe("\uFEFFk");
  expect(got.value?.text()).toBe('\uFEFF{"a":1}');
  expect(got.value?.json()).toEqual({ a: 1 });
});

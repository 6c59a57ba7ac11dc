import { describe, expect, test } from "vitest";
import { inSession, N1, N2, N3, watch } from "../../test/stage.ts";

describe("limits", () => {
  test("no more operations than the window are with the cluster; the rest waits and is answered later", async () => {
    const { world, cluster, client } = await inSession({ window: 10, batchOperationsMax: 4 });
    cluster.set({ kind: "mute" });
    const writes = Array.from({ length: 25 }, (_, n) => watch(client.put(`k${n}`, "v")));
    await world.settle();
    expect(cluster.turns.length).toBe(3);

    cluster.set({ kind: "serves" });
    cluster.breakStreams();
    await world.pass(100);

    expect(writes.map(({ error }) => error)).toEqual(writes.map(() => undefined));
    expect(writes.every(({ value }) => value !== undefined)).toBe(true);
  });

  test("a node may ask for a smaller window", async () => {
    const { world, cluster, client } = await inSession();
    cluster.window = 5;
    cluster.breakStreams();
    await world.pass(100);
    cluster.set({ kind: "mute" });

    for (let n = 0; n < 20; n++) watch(client.put(`k${n}`, "v"));
    await world.settle();

    expect(cluster.turns.length).toBe(1);
  });

  test.each([
    { limits: { queueOperationsMax: 3 }, bytes: 1 },
    { limits: { queueBytesMax: 4000 }, bytes: 1000 },
  ])(
    "over $limits a write is refused at once, and those before it are kept",
    async ({ limits, bytes }) => {
      const { world, cluster, client } = await inSession(limits);
      cluster.kill(N1, N2, N3);
      await world.settle();
      const writes = [1, 2, 3, 4].map((n) => watch(client.put(`k${n}`, "v".repeat(bytes))));

      await world.settle();
      cluster.start(N1, N2, N3);
      await world.pass(2000);

      expect(writes[3]?.error).toMatchObject({
        code: "OVERLOADED",
        outcome: "not-applied",
        retryable: true,
      });
      expect(writes.slice(0, 3).map(({ value }) => value?.revision)).toEqual([2, 3, 4]);
    },
  );

  test("a value above the limit is refused before it is sent", async () => {
    const { world, cluster, client } = await inSession();
    const write = watch(client.put("k", new Uint8Array(1536 * 1024)));

    await world.settle();

    expect(write.error).toMatchObject({ code: "REQUEST_TOO_LARGE", outcome: "not-applied" });
    expect(cluster.turns).toEqual([]);
  });

  test("one operation that a node will not have fails alone", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "refuses", code: "INVALID_REQUEST", retryable: false });
    const writes = [watch(client.put("a", "v")), watch(client.put("b", "v"))];
    await world.settle();

    expect(cluster.turns.length).toBe(3);
    for (const { error } of writes)
      expect(error).toMatchObject({ code: "INVALID_REQUEST", outcome: "not-applied" });
  });
});

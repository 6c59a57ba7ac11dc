import { describe, expect, test } from "vitest";
import { inSession, N1, N2, N3, versionOf, watch } from "../../test/stage.ts";
import { CLIENT_LIMITS } from "./client-limits.ts";

describe("exactly once", () => {
  test("a write whose answer was lost is sent again as the same bytes, and applied once", async () => {
    const stage = await inSession();
    const { world, cluster, client } = stage;
    cluster.set({ kind: "mute" });
    const write = watch(client.put("k", "v"));
    await world.settle();
    expect(write).toEqual({ value: undefined, error: undefined });

    cluster.set({ kind: "serves" });
    cluster.breakStreams();
    await world.pass(100);

    const [first, second] = cluster.turns;
    expect(second?.commands).toEqual(first?.commands);
    expect(write.value?.revision).toBe(2);
    expect(await versionOf(stage, "k")).toBe(1);
  });

  test("the session is resumed on another node under the same id", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "mute" });
    const write = watch(client.put("k", "v"));
    await world.settle();

    cluster.kill(N1);
    cluster.set({ kind: "serves" });
    await world.pass(100);

    const starts = cluster.seen.filter(({ frame }) => frame.kind === "start");
    const [first, second] = cluster.turns;
    expect(starts.map(({ address }) => address)).toEqual([N2]);
    expect(second?.commands).toEqual(first?.commands);
    expect(write.value?.revision).toBe(2);
  });

  test("reads that were on the way are asked again", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "paused" });
    const read = watch(client.range({ prefix: "" }));
    await world.settle();

    cluster.set({ kind: "serves" });
    cluster.breakStreams();
    await world.pass(100);

    expect(read.value).toMatchObject({ count: 0 });
  });

  test("a node that keeps the connection and says nothing is left for another", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "paused" }, [N1]);
    const write = watch(client.put("k", "v"));

    await world.pass(CLIENT_LIMITS.stallMs + 100);

    expect(write.value?.revision).toBe(2);
    expect(cluster.seen.at(-1)?.address).toBe(N2);
  });

  test("two nodes of three that take everything and answer nothing do not cost a call its time", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "alone" }, [N1, N2]);
    const write = watch(client.put("k", "v"));

    await world.pass(2 * CLIENT_LIMITS.stallMs + 200);

    expect(write.value?.revision).toBe(2);
    expect(cluster.seen.at(-1)?.address).toBe(N3);
  });

  test("a cluster of which no node answers is asked half as often once all were tried", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "alone" });
    watch(client.put("k", "v", { timeoutMs: 60_000 }));
    const roundMs = 3 * CLIENT_LIMITS.stallMs;

    await world.pass(roundMs + 1000);
    const first = cluster.turns.length;
    await world.pass(roundMs);

    expect(first).toBe(4);
    expect(cluster.turns.length).toBe(5);
  });

  test.each(["NO_LEADER", "STOPPED"])(
    "after %s another node is asked, with the same bytes",
    async (code) => {
      const { world, cluster, client } = await inSession();
      cluster.set({ kind: "refuses", code, retryable: true }, [N1]);
      const write = watch(client.put("k", "v"));

      await world.pass(1000);

      const [first, second] = cluster.turns;
      expect(write.value?.revision).toBe(2);
      expect(second?.commands).toEqual(first?.commands);
      expect(cluster.seen.at(-1)?.address).toBe(N2);
    },
  );

  test("after OVERLOADED the same node is asked again a little later", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "refuses", code: "OVERLOADED", retryable: true });
    const write = watch(client.put("k", "v"));
    await world.pass(10);
    expect(cluster.turns.length).toBe(1);

    cluster.set({ kind: "serves" });
    await world.pass(100);

    expect(write.value?.revision).toBe(2);
    expect(cluster.seen.every(({ address }) => address === N1)).toBe(true);
  });
});

test("a write that is told to be not applied is not sent again with its batch", async () => {
  const stage = await inSession();
  const { world, cluster, client } = stage;
  cluster.set({ kind: "refuses", code: "OVERLOADED", retryable: true });
  const brief = watch(client.put("a", "v", { timeoutMs: 10 }));
  const patient = watch(client.put("b", "v"));
  await world.pass(11);
  expect(brief.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });

  cluster.set({ kind: "serves" });
  await world.pass(1000);

  expect(patient.value?.revision).toBe(2);
  expect(await versionOf(stage, "a")).toBeUndefined();
});

describe("an expired session", () => {
  test("what was in flight is unknown and never sent again; later writes have a new session", async () => {
    const stage = await inSession();
    const { world, cluster, client } = stage;
    watch(client.put("before", "v"));
    await world.settle();
    cluster.machine.expireSessions();

    const lost = watch(client.put("k", "v"));
    await world.pass(1000);
    const later = watch(client.put("later", "v"));
    await world.pass(1000);

    expect(lost.error).toMatchObject({
      code: "SESSION_EXPIRED",
      outcome: "unknown",
      retryable: false,
    });
    expect(later.error).toBeUndefined();
    expect(await versionOf(stage, "k")).toBeUndefined();
    expect(await versionOf(stage, "later")).toBe(1);
  });

  test("what may have been applied before is not applied again under the new session", async () => {
    const stage = await inSession();
    const { world, cluster, client } = stage;
    cluster.set({ kind: "mute" });
    const first = watch(client.put("a", "v"));
    await world.settle();
    const second = watch(client.put("b", "v"));
    await world.settle();

    cluster.machine.expireSessions();
    cluster.set({ kind: "serves" });
    cluster.breakStreams();
    await world.pass(1000);

    for (const { error } of [first, second]) {
      expect(error).toMatchObject({ code: "SESSION_EXPIRED", outcome: "unknown" });
    }
    expect(await versionOf(stage, "a")).toBe(1);
    expect(await versionOf(stage, "b")).toBe(1);
  });

  test("a session that was idle for long is replaced before it is used, so nothing is lost by it", async () => {
    const { world, cluster, client } = await inSession();
    watch(client.put("before", "v"));
    await world.settle();
    cluster.machine.expireSessions();

    await world.pass(CLIENT_LIMITS.sessionIdleMs + 1);
    const write = watch(client.put("k", "v"));
    await world.pass(1000);

    expect(write.error).toBeUndefined();
    expect(write.value?.previous).toBeUndefined();
    expect(write.value?.revision).toBe(3);
    // The node is told that the one before is over.
    const kinds = cluster.seen.map(({ frame }) => frame.kind);
    expect(kinds).toEqual(["turn", "end", "start", "turn", "turn"]);
    expect(cluster.streams).toBe(1);
  });
});

import { SeededRandom } from "@holdfast/base";
import { decodeBatch } from "@holdfast/state-machine";
import { describe, expect, test } from "vitest";
import { CLIENT_LIMITS } from "../src/core/client-limits.ts";
import { Holdfast } from "../src/core/holdfast.ts";
import { SessionClient } from "../src/core/session-client.ts";
import { ManualWorld } from "./manual-world.ts";
import { MemoryCluster } from "./memory-cluster.ts";
import { connected, inSession, N1, N2, N3, type Stage, versionOf, watch } from "./stage.ts";

/** The batches that reached a node: the sequence of each and what it holds. */
function batches({ cluster }: Stage): readonly string[] {
  return cluster.turns
    .filter(({ commands }) => commands.length > 0)
    .map(({ commands }) => {
      const { firstSequence, operations } = decodeBatch(commands);
      return `${firstSequence}: ${operations.map(({ kind }) => kind).join(" ")}`;
    });
}

/** The ids under which streams were started. */
function sessionIds({ cluster }: Stage): readonly string[] {
  return cluster.seen.flatMap(({ frame }) =>
    frame.kind === "start" ? [frame.sessionId.join(" ")] : [],
  );
}

describe("a session is opened by its client", () => {
  test("with the first write, which takes one round trip more than any later one", async () => {
    const stage = await connected();
    const { world, client } = stage;

    const first = watch(client.put("a", "v"));
    await world.settle();
    const both = [watch(client.put("b", "v")), watch(client.put("c", "v"))];
    await world.settle();

    expect(batches(stage)).toEqual(["1: session-open", "2: put", "3: put put"]);
    expect(first.value?.revision).toBe(2);
    expect(both.map(({ value }) => value?.revision)).toEqual([3, 4]);
  });

  test("not at all where it only reads", async () => {
    const stage = await connected();
    const { world, cluster, client } = stage;
    const before = cluster.machine.sessions;

    const reads = [watch(client.range("a")), watch(client.range("a", { serializable: true }))];
    await world.settle();

    expect(reads.map(({ value }) => value?.count)).toEqual([0, 0]);
    expect(batches(stage)).toEqual([]);
    expect(cluster.machine.sessions).toBe(before);
  });

  test("while reads that were asked for with the first write are answered", async () => {
    const stage = await connected();
    const { world, cluster, client } = stage;
    cluster.set({ kind: "alone" });

    const write = watch(client.put("a", "v"));
    const read = watch(client.range("a", { serializable: true }));
    await world.settle();

    expect(read.value).toMatchObject({ count: 0 });
    expect(write).toEqual({ value: undefined, error: undefined });
  });

  test("and the rest of what waits goes with the answer, in frames as full as they may be", async () => {
    const stage = await connected();
    const writes = Array.from({ length: 2500 }, (_, n) => watch(stage.client.put(`k${n}`, "v")));

    await stage.world.settle();

    expect(stage.cluster.turns.length).toBe(4);
    expect(writes.every(({ value }) => value !== undefined)).toBe(true);
  });
});

test("a client connects and reads serializably while nothing can be committed, and a write is not applied", async () => {
  const world = new ManualWorld();
  const cluster = new MemoryCluster(world.turn, [N1]);
  cluster.set({ kind: "alone" });
  const session = new SessionClient(
    { clock: world.clock, turn: world.turn, random: new SeededRandom(7), transport: cluster },
    { addresses: [N1], limits: CLIENT_LIMITS },
  );
  const nodes = { status: () => Promise.reject(new Error("nobody asks here")) };
  const client = new Holdfast(session, nodes, { timeoutMs: 5000 });

  const opened = watch(session.open({ timeoutMs: 5000 }));
  await world.settle();
  const read = watch(client.range("k", { serializable: true }));
  const write = watch(client.put("k", "v", { timeoutMs: 300 }));
  await world.pass(301);
  const later = watch(client.range("k", { serializable: true }));
  await world.settle();

  expect(opened.error).toBeUndefined();
  expect(read.value).toMatchObject({ count: 0 });
  expect(write.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
  expect(later.value).toMatchObject({ count: 0 });
});

describe("a stream that breaks between the opening and its answer", () => {
  test.each([{ kind: "mute" as const }, { kind: "paused" as const }])(
    "of a node that $kind ends in one session and the write applied once",
    async (mood) => {
      const stage = await connected();
      const { world, cluster, client } = stage;
      const before = cluster.machine.sessions;
      cluster.set(mood);
      const write = watch(client.put("k", "v"));
      await world.settle();
      expect(batches(stage)).toEqual(["1: session-open"]);

      cluster.set({ kind: "serves" });
      cluster.breakStreams();
      await world.pass(100);

      const [first, second] = cluster.turns;
      expect(batches(stage)).toEqual(["1: session-open", "1: session-open", "2: put"]);
      expect(second?.commands).toEqual(first?.commands);
      expect(new Set(sessionIds(stage)).size).toBe(1);
      expect(cluster.machine.sessions).toBe(before + 1);
      expect(write.value?.revision).toBe(2);
      expect(await versionOf(stage, "k")).toBe(1);
    },
  );

  test("over and over, on one node and another, opens nothing else", async () => {
    const stage = await connected();
    const { world, cluster, client } = stage;
    const before = cluster.machine.sessions;
    cluster.set({ kind: "mute" });
    const write = watch(client.put("k", "v", { timeoutMs: 60_000 }));
    for (const address of [N1, N2, N3, N1, N2]) {
      await world.pass(1000);
      cluster.kill(address);
      await world.pass(1000);
      cluster.start(address);
    }

    cluster.set({ kind: "serves" });
    cluster.breakStreams();
    await world.pass(1000);

    expect(write.value?.revision).toBe(2);
    expect(cluster.machine.sessions).toBe(before + 1);
    expect(await versionOf(stage, "k")).toBe(1);
  });
});

describe("an opening that is refused", () => {
  test("for want of room fails what waits as not applied, and the next write has another session", async () => {
    const stage = await connected();
    const { world, cluster, client } = stage;
    cluster.machine.fillSessions();

    const refused = [watch(client.put("a", "v")), watch(client.put("b", "v"))];
    await world.pass(1000);
    expect(batches(stage)).toEqual(["1: session-open"]);
    cluster.machine.expireSessions();
    const later = watch(client.put("c", "v"));
    await world.pass(1000);

    for (const { error } of refused) {
      expect(error).toMatchObject({
        code: "OVERLOADED",
        outcome: "not-applied",
        retryable: true,
      });
    }
    expect(later.error).toBeUndefined();
    expect(new Set(sessionIds(stage)).size).toBe(2);
    expect(await versionOf(stage, "a")).toBeUndefined();
    expect(await versionOf(stage, "c")).toBe(1);
  });

  test("for good fails what waits, and only that", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "refuses", code: "INVALID_REQUEST", retryable: false });

    const writes = [watch(client.put("a", "v")), watch(client.put("b", "v"))];
    await world.settle();
    cluster.set({ kind: "serves" });
    const later = watch(client.put("c", "v"));
    await world.pass(100);

    for (const { error } of writes) {
      expect(error).toMatchObject({ code: "INVALID_REQUEST", outcome: "not-applied" });
    }
    expect(later.value?.revision).toBe(2);
  });

  test("for a while is sent again, as long as a write waits for it and no longer", async () => {
    const stage = await connected();
    const { world, cluster, client } = stage;
    cluster.set({ kind: "refuses", code: "OVERLOADED", retryable: true });
    const brief = watch(client.put("a", "v", { timeoutMs: 1000 }));
    await world.pass(1001);
    const sent = cluster.turns.length;
    await world.pass(60_000);

    expect(brief.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
    expect(brief.error?.message).toContain("OVERLOADED");
    expect(sent).toBeGreaterThan(1);
    expect(cluster.turns.length).toBe(sent);

    cluster.set({ kind: "serves" });
    const later = watch(client.put("b", "v"));
    await world.pass(100);

    const [first, again] = [cluster.turns[0], cluster.turns[sent]];
    expect(again?.commands).toEqual(first?.commands);
    expect(later.value?.revision).toBe(2);
    expect(await versionOf(stage, "a")).toBeUndefined();
  });
});

test("an opening has the patience of the most patient write that waits, and at least a second", async () => {
  const { world, cluster, client } = await connected();
  cluster.set({ kind: "mute" });
  watch(client.put("a", "v", { timeoutMs: 20 }));
  await world.settle();
  watch(client.put("b", "v", { timeoutMs: 9000 }));
  watch(client.put("c", "v", { timeoutMs: 30 }));
  await world.settle();

  cluster.breakStreams();
  await world.settle();

  expect(cluster.turns.map(({ timeoutMs }) => timeoutMs)).toEqual([1000, 9000]);
});

test("a client that only read for long replaces its session before it writes, so nothing is lost by it", async () => {
  const stage = await inSession();
  const { world, cluster, client } = stage;
  for (let hour = 0; hour < 3; hour++) {
    await world.pass(CLIENT_LIMITS.sessionIdleMs / 2);
    watch(client.get("k"));
  }
  cluster.machine.expireSessions();

  const write = watch(client.put("k", "v"));
  await world.pass(1000);

  expect(write.error).toBeUndefined();
  expect(write.value?.revision).toBe(2);
});

test("a batch over which every node ends the stream fails before its deadline, and the client goes on", async () => {
  const stage = await inSession();
  const { world, cluster, client } = stage;
  cluster.set({ kind: "chokes" });

  const write = watch(client.put("k", "v", { timeoutMs: 60_000 }));
  await world.pass(1000);
  const sent = batches(stage).length;
  const read = watch(client.range("k"));
  await world.pass(1000);

  expect(write.error).toMatchObject({ code: "MALFORMED", retryable: false });
  expect(sent).toBe(3);
  expect(batches(stage).length).toBe(sent);
  expect(read.value).toMatchObject({ count: 0 });
});

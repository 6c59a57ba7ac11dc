import { SeededRandom } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { ManualWorld } from "../../test/manual-world.ts";
import { MemoryCluster } from "../../test/memory-cluster.ts";
import { CLIENT_LIMITS, type ClientLimits } from "./client-limits.ts";
import { Holdfast } from "./holdfast.ts";
import { RequestError } from "./request-error.ts";
import { SessionClient } from "./session-client.ts";

const N1 = "n1:2379";
const N2 = "n2:2379";
const N3 = "n3:2379";

interface Stage {
  readonly world: ManualWorld;
  readonly cluster: MemoryCluster;
  readonly client: Holdfast;
  readonly session: SessionClient;
}

/** A client that is connected to three nodes in memory. */
async function connected(limits: Partial<ClientLimits> = {}): Promise<Stage> {
  const world = new ManualWorld();
  const cluster = new MemoryCluster(world.turn, [N1, N2, N3]);
  const session = new SessionClient(
    { clock: world.clock, turn: world.turn, random: new SeededRandom(7), transport: cluster },
    { addresses: [N1], limits: { ...CLIENT_LIMITS, ...limits } },
  );
  const opened = session.open({ timeoutMs: 5000 });
  await world.settle();
  await opened;
  const nodes = { status: () => Promise.reject(new Error("nobody asks here")) };
  return { world, cluster, session, client: new Holdfast(session, nodes, { timeoutMs: 5000 }) };
}

/** What became of a promise so far. */
interface Watched<Value> {
  value: Value | undefined;
  error: RequestError | undefined;
}

function watch<Value>(promise: Promise<Value>): Watched<Value> {
  const watched: Watched<Value> = { value: undefined, error: undefined };
  promise.then(
    (value) => {
      watched.value = value;
    },
    (error: RequestError) => {
      watched.error = error;
    },
  );
  return watched;
}

async function versionOf({ world, client }: Stage, key: string): Promise<number | undefined> {
  const entry = watch(client.get(key));
  await world.pass(1000);
  return entry.value?.version;
}

describe("one turn, one frame", () => {
  test("what one turn asks for leaves in one frame, reads and writes alike, and each gets its own answer", async () => {
    const stage = await connected();
    const { world, cluster, client } = stage;
    const writes = [1, 2, 3].map((n) => watch(client.put(`k${n}`, `v${n}`)));
    const read = watch(client.get("absent"));
    const count = watch(client.range({ prefix: "nothing" }, { countOnly: true }));

    await world.settle();

    expect(cluster.turns.length).toBe(1);
    expect(writes.map(({ value }) => value?.revision)).toEqual([2, 3, 4]);
    expect(read).toEqual({ value: undefined, error: undefined });
    expect(count.value).toMatchObject({ count: 0, entries: [] });
    expect(await versionOf(stage, "k2")).toBe(1);
  });

  test("a serializable read has a frame of its own", async () => {
    const { world, cluster, client } = await connected();
    watch(client.put("k", "v"));
    watch(client.get("k"));
    watch(client.get("k", { serializable: true }));

    await world.settle();

    const kinds = cluster.turns.map((turn) => [turn.commands.length > 0, turn.readId > 0, turn.serializable]);
    expect(kinds).toEqual([
      [true, true, false],
      [false, true, true],
    ]);
  });

  test("a turn of more than 1,024 operations makes several frames", async () => {
    const { world, cluster, client } = await connected();
    const writes = Array.from({ length: 2500 }, (_, n) => watch(client.put(`k${n}`, "v")));

    await world.settle();

    expect(cluster.turns.length).toBe(3);
    expect(writes.every(({ value }) => value !== undefined)).toBe(true);
  });

  test("a transaction compares and answers each operation of its branch", async () => {
    const { world, client } = await connected();
    watch(client.put("a", "1"));
    await world.settle();

    const answer = watch(
      client.txn({
        compare: [{ key: "a", value: "1" }, { key: "b", version: 0 }],
        then: [
          { kind: "put", key: "b", value: "2" },
          { kind: "get", key: "a" },
          { kind: "delete", keys: "a", previous: true },
        ],
        else: [{ kind: "get", key: "b" }],
      }),
    );
    await world.settle();

    expect(answer.value).toMatchObject({ succeeded: true, revision: 3 });
    const [put, range, deletion] = answer.value?.answers ?? [];
    expect(put).toMatchObject({ kind: "put", revision: 3 });
    expect(range?.kind === "range" && range.entries[0]?.text()).toBe("1");
    expect(deletion?.kind === "delete" && deletion.previous[0]?.key).toBe("a");
  });
});

describe("exactly once", () => {
  test("a write whose answer was lost is sent again as the same bytes, and applied once", async () => {
    const stage = await connected();
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
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "mute" });
    const write = watch(client.put("k", "v"));
    await world.settle();

    cluster.kill(N1);
    cluster.set({ kind: "serves" });
    await world.pass(100);

    const starts = cluster.seen.filter(({ frame }) => frame.kind === "start");
    expect(starts.map(({ address, frame }) => [address, frame.kind === "start" && frame.resume])).toEqual([
      [N1, false],
      [N2, true],
    ]);
    expect(write.value?.revision).toBe(2);
  });

  test("reads that were on the way are asked again", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "paused" });
    const read = watch(client.range({ prefix: "" }));
    await world.settle();

    cluster.set({ kind: "serves" });
    cluster.breakStreams();
    await world.pass(100);

    expect(read.value).toMatchObject({ count: 0 });
  });

  test("a node that keeps the connection and says nothing is left for another", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "paused" }, [N1]);
    const write = watch(client.put("k", "v"));

    await world.pass(CLIENT_LIMITS.stallMs + 100);

    expect(write.value?.revision).toBe(2);
    expect(cluster.seen.at(-1)?.address).toBe(N2);
  });

  test.each(["NO_LEADER", "STOPPED"])("after %s another node is asked, with the same bytes", async (code) => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "refuses", code, retryable: true }, [N1]);
    const write = watch(client.put("k", "v"));

    await world.pass(1000);

    const [first, second] = cluster.turns;
    expect(write.value?.revision).toBe(2);
    expect(second?.commands).toEqual(first?.commands);
    expect(cluster.seen.at(-1)?.address).toBe(N2);
  });

  test("after OVERLOADED the same node is asked again a little later", async () => {
    const { world, cluster, client } = await connected();
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

describe("an expired session", () => {
  test("what was in flight is unknown and never sent again; later writes have a new session", async () => {
    const stage = await connected();
    const { world, cluster, client } = stage;
    watch(client.put("before", "v"));
    await world.settle();
    cluster.machine.expireSessions();

    const lost = watch(client.put("k", "v"));
    await world.pass(1000);
    const later = watch(client.put("later", "v"));
    await world.pass(1000);

    expect(lost.error).toMatchObject({ code: "SESSION_EXPIRED", outcome: "unknown", retryable: false });
    expect(later.error).toBeUndefined();
    expect(await versionOf(stage, "k")).toBeUndefined();
    expect(await versionOf(stage, "later")).toBe(1);
  });

  test("a session that was idle for long is replaced before it is used, so nothing is lost by it", async () => {
    const { world, cluster, client } = await connected();
    watch(client.put("before", "v"));
    await world.settle();
    cluster.machine.expireSessions();

    await world.pass(CLIENT_LIMITS.sessionIdleMs + 1);
    const write = watch(client.put("k", "v"));
    await world.pass(1000);

    expect(write.error).toBeUndefined();
    expect(write.value?.previous).toBeUndefined();
    expect(write.value?.revision).toBe(3);
  });
});

describe("giving up", () => {
  test("a write that was sent and not answered is unknown at its deadline", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "paused" });
    const write = watch(client.put("k", "v", { timeoutMs: 300 }));

    await world.pass(299);
    expect(write.error).toBeUndefined();
    await world.pass(2);

    expect(write.error).toMatchObject({ code: "TIMEOUT", outcome: "unknown", retryable: true });
  });

  test("a write that never left is not applied at its deadline, and the error says why", async () => {
    const { world, cluster, client } = await connected();
    cluster.kill(N1, N2, N3);
    await world.settle();
    const write = watch(client.put("k", "v", { timeoutMs: 300 }));

    await world.pass(301);

    expect(write.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
    expect(write.error?.message).toMatch(/n1:2379: connection reset.*n2:2379: connection refused/);
  });

  test("a write that was only ever refused is not applied at its deadline", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "refuses", code: "NO_LEADER", retryable: true });
    const write = watch(client.put("k", "v", { timeoutMs: 2000 }));

    await world.pass(2001);

    expect(write.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
    expect(write.error?.message).toContain("NO_LEADER");
    expect(cluster.turns.length).toBeGreaterThan(3);
  });

  test("a read is not applied whatever happened to it", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "paused" });
    const read = watch(client.get("k", { timeoutMs: 300 }));

    await world.pass(301);

    expect(read.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
  });

  test("an aborted caller leaves, the others of its frame are answered", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "mute" });
    const abort = new AbortController();
    const aborted = watch(client.put("a", "v", { signal: abort.signal }));
    const other = watch(client.put("b", "v"));
    await world.settle();

    abort.abort(new Error("enough"));
    await world.settle();
    cluster.set({ kind: "serves" });
    cluster.breakStreams();
    await world.pass(100);

    expect(aborted.error).toMatchObject({ code: "ABORTED", outcome: "unknown" });
    expect(aborted.error?.cause).toEqual(new Error("enough"));
    expect(other.value?.revision).toBe(3);
  });

  test("a write aborted before its turn ends is never sent", async () => {
    const { world, cluster, client } = await connected();
    const abort = new AbortController();
    const write = watch(client.put("k", "v", { signal: abort.signal }));

    abort.abort();
    await world.settle();

    expect(write.error).toMatchObject({ code: "ABORTED", outcome: "not-applied" });
    expect(cluster.turns).toEqual([]);
  });

  test("a late copy of a write that was given up is fenced by the next", async () => {
    const stage = await connected();
    const { world, cluster, client } = stage;
    cluster.set({ kind: "paused" });
    watch(client.put("k", "late", { timeoutMs: 100 }));
    await world.pass(101);
    const late = cluster.turns[0]?.commands ?? new Uint8Array();

    cluster.set({ kind: "serves" });
    watch(client.put("k", "next"));
    await world.pass(100);
    const [copy] = cluster.machine.apply(late);

    expect(copy).toMatchObject({ kind: "failed", failure: { reason: "sequence-forgotten" } });
    expect(await versionOf(stage, "k")).toBe(1);
  });

  test("closing refuses what waits and says what is known of it", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "paused" });
    const sent = watch(client.put("a", "v"));
    await world.settle();
    const unsent = watch(client.put("b", "v"));
    const read = watch(client.get("a"));

    await client.close();
    const after = watch(client.put("c", "v"));
    await world.settle();

    expect(sent.error).toMatchObject({ code: "CLOSED", outcome: "unknown" });
    for (const { error } of [unsent, read, after]) {
      expect(error).toMatchObject({ code: "CLOSED", outcome: "not-applied" });
    }
  });
});

describe("limits", () => {
  test("no more operations than the window are with the cluster; the rest waits and is answered later", async () => {
    const { world, cluster, client } = await connected({ window: 10, batchOperationsMax: 4 });
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
    const { world, cluster, client } = await connected();
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
    { limits: { queueBytesMax: 3500 }, bytes: 1000 },
  ])("over $limits a write is refused at once, and those before it are kept", async ({ limits, bytes }) => {
    const { world, cluster, client } = await connected(limits);
    cluster.kill(N1, N2, N3);
    await world.settle();
    const writes = [1, 2, 3, 4].map((n) => watch(client.put(`k${n}`, "v".repeat(bytes))));

    await world.settle();
    cluster.start(N1, N2, N3);
    await world.pass(2000);

    expect(writes[3]?.error).toMatchObject({ code: "OVERLOADED", outcome: "not-applied", retryable: true });
    expect(writes.slice(0, 3).map(({ value }) => value?.revision)).toEqual([2, 3, 4]);
  });

  test("a value above the limit is refused before it is sent", async () => {
    const { world, cluster, client } = await connected();
    const write = watch(client.put("k", new Uint8Array(1536 * 1024)));

    await world.settle();

    expect(write.error).toMatchObject({ code: "REQUEST_TOO_LARGE", outcome: "not-applied" });
    expect(cluster.turns).toEqual([]);
  });

  test("one operation that a node will not have fails alone", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "refuses", code: "INVALID_REQUEST", retryable: false });
    const writes = [watch(client.put("a", "v")), watch(client.put("b", "v"))];
    await world.settle();

    expect(cluster.turns.length).toBe(3);
    for (const { error } of writes) expect(error).toMatchObject({ code: "INVALID_REQUEST", outcome: "not-applied" });
  });
});

test("connecting finds the one node that is there", async () => {
  const world = new ManualWorld();
  const cluster = new MemoryCluster(world.turn, [N1, N2, N3]);
  cluster.kill(N1, N2);
  const session = new SessionClient(
    { clock: world.clock, turn: world.turn, random: new SeededRandom(3), transport: cluster },
    { addresses: [N1, N2, N3], limits: CLIENT_LIMITS },
  );

  const opened = watch(session.open({ timeoutMs: 5000 }));
  await world.pass(100);

  expect(opened.error).toBeUndefined();
  expect(session.address).toBe(N3);
});

test("connecting where nobody is fails at its deadline with what each address said", async () => {
  const world = new ManualWorld();
  const cluster = new MemoryCluster(world.turn, [N1, N2]);
  cluster.kill(N1, N2);
  const session = new SessionClient(
    { clock: world.clock, turn: world.turn, random: new SeededRandom(3), transport: cluster },
    { addresses: [N1, N2], limits: CLIENT_LIMITS },
  );

  const opened = watch(session.open({ timeoutMs: 1000 }));
  await world.pass(1001);

  expect(opened.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
  expect(opened.error?.message).toMatch(/n1:2379: connection refused/);
  expect(opened.error?.message).toMatch(/n2:2379: connection refused/);
});

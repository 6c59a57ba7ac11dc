import { describe, expect, test } from "vitest";
import {
  connected,
  inSession,
  N1,
  N2,
  N3,
  type Stage,
  versionOf,
  type Watched,
  watch,
} from "../../test/stage.ts";

describe("one turn, one frame", () => {
  test("what one turn asks for leaves in one frame, reads and writes alike, and each gets its own answer", async () => {
    const stage = await inSession();
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
    const { world, cluster, client } = await inSession();
    watch(client.put("k", "v"));
    watch(client.get("k"));
    watch(client.get("k", { serializable: true }));

    await world.settle();

    const kinds = cluster.turns.map((turn) => [
      turn.commands.length > 0,
      turn.readId > 0,
      turn.serializable,
    ]);
    expect(kinds).toEqual([
      [true, true, false],
      [false, true, true],
    ]);
  });

  test("a large write and many reads of one turn make two frames, each of which a node takes", async () => {
    const { world, cluster, client } = await inSession();
    const write = watch(client.put("large", "v".repeat(1_400_000)));
    const reads = Array.from({ length: 1000 }, (_, at) =>
      watch(client.get(`${at}`.padEnd(600, "k"))),
    );
    await world.settle();

    const sizes = cluster.turns.map(({ commands, queries }) => commands.length + queries.length);
    expect(Math.max(...sizes)).toBeLessThan(1_500_000);
    expect(sizes).toHaveLength(2);
    expect(write.value?.revision).toBe(2);
    expect(reads.every(({ error }) => error === undefined)).toBe(true);
  });

  test("a turn of more than 1,024 operations makes several frames", async () => {
    const { world, cluster, client } = await inSession();
    const writes = Array.from({ length: 2500 }, (_, n) => watch(client.put(`k${n}`, "v")));

    await world.settle();

    expect(cluster.turns.length).toBe(3);
    expect(writes.every(({ value }) => value !== undefined)).toBe(true);
  });

  test("a transaction compares and answers each operation of its branch", async () => {
    const { world, client } = await inSession();
    watch(client.put("a", "1"));
    await world.settle();

    const answer = watch(
      client.txn({
        compare: [
          { key: "a", value: "1" },
          { key: "b", version: 0 },
        ],
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

describe("giving up", () => {
  test("a write that was sent and not answered is unknown at its deadline", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "paused" });
    const write = watch(client.put("k", "v", { timeoutMs: 300 }));

    await world.pass(299);
    expect(write.error).toBeUndefined();
    await world.pass(2);

    expect(write.error).toMatchObject({ code: "TIMEOUT", outcome: "unknown", retryable: true });
  });

  test("a write that never left is not applied at its deadline, and the error says why", async () => {
    const { world, cluster, client } = await inSession();
    cluster.kill(N1, N2, N3);
    await world.settle();
    const write = watch(client.put("k", "v", { timeoutMs: 300 }));

    await world.pass(301);

    expect(write.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
    expect(write.error?.message).toMatch(
      /n2:2379: connection refused.*n1:2379: connection refused/,
    );
  });

  test("a write that was only ever refused is not applied at its deadline", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "refuses", code: "NO_LEADER", retryable: true });
    const write = watch(client.put("k", "v", { timeoutMs: 2000 }));

    await world.pass(2001);

    expect(write.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
    expect(write.error?.message).toContain("NO_LEADER");
    expect(cluster.turns.length).toBeGreaterThan(3);
  });

  test("a write of which one copy was lost stays unknown, though later copies were refused", async () => {
    const stage = await inSession();
    const { world, cluster, client } = stage;
    cluster.set({ kind: "mute" });
    const write = watch(client.put("k", "v", { timeoutMs: 1000 }));
    await world.settle();

    cluster.set({ kind: "refuses", code: "OVERLOADED", retryable: true });
    cluster.breakStreams();
    await world.pass(1001);

    expect(cluster.turns.length).toBeGreaterThan(1);
    expect(write.error).toMatchObject({ code: "TIMEOUT", outcome: "unknown" });
    cluster.set({ kind: "serves" });
    expect(await versionOf(stage, "k")).toBe(1);
  });

  test("a read is not applied whatever happened to it", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "paused" });
    const read = watch(client.get("k", { timeoutMs: 300 }));

    await world.pass(301);

    expect(read.error).toMatchObject({ code: "TIMEOUT", outcome: "not-applied" });
  });

  test("an aborted caller leaves, the others of its frame are answered", async () => {
    const { world, cluster, client } = await inSession();
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
    const { world, cluster, client } = await inSession();
    const abort = new AbortController();
    const write = watch(client.put("k", "v", { signal: abort.signal }));

    abort.abort();
    await world.settle();

    expect(write.error).toMatchObject({ code: "ABORTED", outcome: "not-applied" });
    expect(cluster.turns).toEqual([]);
  });

  test("a late copy of a write that was given up is fenced by the next", async () => {
    const stage = await inSession();
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
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "paused" });
    const sent = watch(client.put("a", "v"));
    await world.settle();
    const unsent = watch(client.put("b", "v"));
    const read = watch(client.get("a"));

    watch(client.close());
    const after = watch(client.put("c", "v"));
    await world.settle();

    expect(sent.error).toMatchObject({ code: "CLOSED", outcome: "unknown" });
    for (const { error } of [unsent, read, after]) {
      expect(error).toMatchObject({ code: "CLOSED", outcome: "not-applied" });
    }
  });

  test("closing says that an open session is over, and waits until that is heard", async () => {
    const { world, cluster, client } = await inSession();

    const closing = closingOf(client);
    const again = closingOf(client);
    expect(closing.value).toBeUndefined();
    await world.settle();

    expect([closing.value, again.value]).toEqual(["closed", "closed"]);
    expect(cluster.seen.map(({ frame }) => frame.kind)).toEqual(["end"]);
    expect(cluster.streams).toBe(0);
  });

  test("closing ends no session that a second copy of its opening might bring back", async () => {
    const { world, cluster, client } = await connected();
    cluster.set({ kind: "paused" });
    const put = watch(client.put("a", "1"));
    await world.settle();
    cluster.set({ kind: "serves" });
    cluster.breakStreams();
    await world.pass(1000);
    expect(put.value?.revision).toBe(2);
    cluster.seen.length = 0;

    const closing = closingOf(client);
    await world.settle();

    expect(closing.value).toBe("closed");
    expect(cluster.seen).toEqual([]);
  });

  test("closing waits a second for a node that says nothing", async () => {
    const { world, cluster, client } = await inSession();
    cluster.set({ kind: "paused" });

    const closing = closingOf(client);
    await world.pass(999);
    expect(closing.value).toBeUndefined();
    await world.pass(1);

    expect(closing.value).toBe("closed");
    expect(cluster.streams).toBe(0);
  });

  test("closing where no session is open, or no node is there, waits for nothing", async () => {
    const { world, cluster, client } = await connected();
    const other = await inSession();
    other.cluster.kill(N1, N2, N3);

    const closing = closingOf(client);
    const alone = closingOf(other.client);
    await Promise.resolve();
    await world.settle();
    await other.world.settle();

    expect([closing.value, alone.value]).toEqual(["closed", "closed"]);
    expect(cluster.seen.map(({ frame }) => frame.kind)).toEqual(["start"]);
  });
});

function closingOf(client: Stage["client"]): Watched<string> {
  return watch(client.close().then(() => "closed"));
}

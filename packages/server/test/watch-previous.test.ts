import { expect, test } from "vitest";
import { BusyReplica } from "./busy-replica.ts";
import { settle, WatchStage, watch } from "./watch-stage.ts";

/** A stage on a busy replica, and so many clients of one watch each that wants what was before. */
function opened(count: number) {
  const replica = new BusyReplica();
  const stage = new WatchStage({}, replica);
  const clients = Array.from({ length: count }, () => stage.open());
  for (const { stream } of clients) stream.create(watch("a", { prevKv: true }));
  return { replica, stage, clients };
}

test("what was before a change is looked for again where that was refused, and nothing overtakes it", async () => {
  const { replica, stage, clients } = opened(1);
  const [{ client, stream }] = clients as [(typeof clients)[number]];
  await stage.put("a");
  await stage.put("a");
  await expect.poll(() => replica.refused).toBeGreaterThan(1);
  await stage.put("a");
  stream.progress();
  await settle(clients);
  expect(client.failure).toBeUndefined();
  expect(client.answers.map(({ kind }) => kind)).toEqual(["created", "events"]);
  expect(client.told(0n)).toEqual([["2 put a v1 -"]]);

  replica.readsMax = 1;

  await expect.poll(() => client.answers.at(-1)).toMatchObject({ kind: "progress", revision: 4 });
  expect(client.told(0n).flat()).toEqual(["2 put a v1 -", "3 put a v2 v1", "4 put a v3 v2"]);
});

test("what many watch is looked for once", async () => {
  const { replica, stage, clients } = opened(20);
  replica.readsMax = 1;
  await stage.put("a");
  await settle(clients);

  await stage.put("a");
  await settle(clients);

  expect(replica.refused).toBe(0);
  expect(replica.counts.reads).toBe(1);
  for (const { client } of clients) {
    expect(client.told(0n).flat()).toEqual(["2 put a v1 -", "3 put a v2 v1"]);
  }
});

test.each([
  // Each read brings a MiB, and one value more.
  ["large", 1_000_000, 4],
  ["small", 10, 0],
])("what was before is kept for later watches where it is small: %s", async (_, size, reads) => {
  const { replica, stage, clients } = opened(1);
  replica.readsMax = 1;
  const [key, end] = [Buffer.from("a"), Buffer.from("b")];
  for (let at = 0; at < 8; at++) {
    const options = { lease: 0n, prevKv: false, ignoreValue: false, ignoreLease: false };
    const put = { key: Buffer.from(`a${at}`), value: Buffer.alloc(size), ...options };
    await replica.propose({ kind: "put", ...put }, { deadline: Number.POSITIVE_INFINITY });
  }
  const request = watch("a", { rangeEnd: end, prevKv: true, startRevision: stage.revision + 1 });
  const told = async (): Promise<readonly (readonly number[])[]> => {
    const open = stage.open();
    open.stream.create(request);
    await replica.propose(
      { kind: "delete-range", key, rangeEnd: end, prevKv: false },
      { deadline: Number.POSITIVE_INFINITY },
    );
    await settle([...clients, open]);
    return open.client.answers
      .filter((answer) => answer.kind === "events")
      .map(({ events }) => events.map(({ previous }) => previous?.value.length ?? 0));
  };
  expect(await told()).toEqual([Array(8).fill(size)]);
  const before = replica.counts.reads;

  expect(await told()).toEqual([Array(8).fill(size)]);

  expect(replica.counts.reads - before).toBe(reads);
});

test("no more than sixteen streams look at a time, and each has its turn", async () => {
  const replica = new BusyReplica();
  replica.readsMax = 16;
  const stage = new WatchStage({}, replica);
  const keys = Array.from({ length: 40 }, (_, at) => `k${at}`);
  const [key, rangeEnd] = [Buffer.from("k"), Buffer.from("l")];
  for (const one of keys) await stage.put(one);
  const clients = keys.map((one) => {
    const open = stage.open();
    open.stream.create(watch(one, { prevKv: true, startRevision: stage.revision + 1 }));
    return open;
  });

  const deletion = { kind: "delete-range", key, rangeEnd, prevKv: false } as const;
  await replica.propose(deletion, { deadline: Number.POSITIVE_INFINITY });
  await settle(clients);

  expect(replica.refused).toBe(0);
  for (const [at, { client }] of clients.entries()) {
    expect(client.told(0n)).toEqual([[`${stage.revision} delete k${at}  v${at + 1}`]]);
  }
});

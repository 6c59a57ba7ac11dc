import { expect, test } from "vitest";
import { BusyReplica } from "./busy-replica.ts";
import { type OpenClient, settle, turn, WatchStage, watch } from "./watch-stage.ts";

const MIB = 1024 * 1024;
const VALUE = Buffer.alloc(200_000);
const KEYS = 40;
const CALL = { deadline: Number.POSITIVE_INFINITY };
const [a, b] = [Buffer.from("a"), Buffer.from("b")];

/** A stage with keys of large values. */
async function filled(replica = new BusyReplica()) {
  const stage = new WatchStage({}, replica);
  replica.readsMax = 16;
  await putAll(stage, VALUE);
  return stage;
}

async function putAll({ replica }: WatchStage, value: Uint8Array): Promise<void> {
  for (let at = 0; at < KEYS; at++) {
    const options = { lease: 0n, prevKv: false, ignoreValue: false, ignoreLease: false };
    await replica.propose({ kind: "put", key: Buffer.from(`a${at}`), value, ...options }, CALL);
  }
}

async function deleteAll({ replica }: WatchStage): Promise<void> {
  await replica.propose({ kind: "delete-range", key: a, rangeEnd: b, prevKv: false }, CALL);
}

/** What each answer with events held. */
function answersOf({ client }: OpenClient) {
  return client.answers
    .filter((answer) => answer.kind === "events")
    .map(({ events, isPart, watchId }) => ({
      watchId,
      isPart,
      count: events.length,
      bytes: events.reduce((sum, { previous }) => sum + (previous?.value.length ?? 0), 0),
    }));
}

test("what one revision was before comes in parts, and nothing else of the stream between them", async () => {
  const stage = await filled();
  const open = stage.open();
  open.stream.create(watch("a", { rangeEnd: b, prevKv: true, fragment: true }));
  open.stream.create(watch("a7"));
  open.stream.create(watch("a8", { prevKv: true }));
  open.stream.create(watch("a", { rangeEnd: b, prevKv: true }));

  await deleteAll(stage);
  await settle([open]);

  const told = answersOf(open);
  const parts = told.filter(({ watchId }) => watchId === 0n);
  expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(KEYS);
  expect(parts.length).toBeGreaterThan(4);
  for (const { bytes } of parts) expect(bytes).toBeLessThanOrEqual(MIB + VALUE.length);
  expect(parts.map(({ isPart }) => isPart)).toEqual(parts.map((_, at) => at < parts.length - 1));
  const at = told.indexOf(parts[0] as (typeof told)[number]);
  expect(told.slice(at, at + parts.length)).toEqual(parts);
  expect(told.filter(({ watchId }) => watchId === 1n)).toMatchObject([{ count: 1, bytes: 0 }]);
  expect(told.filter(({ watchId }) => watchId === 2n)).toMatchObject([
    { count: 1, bytes: VALUE.length },
  ]);
  expect(told.filter(({ watchId }) => watchId === 3n)).toMatchObject([
    { count: KEYS, bytes: KEYS * VALUE.length },
  ]);
});

test("what happens while a watch waits for the next part is told behind the last one", async () => {
  const replica = new BusyReplica();
  const stage = await filled(replica);
  const open = stage.open();
  open.stream.create(watch("a", { rangeEnd: b, prevKv: true, fragment: true }));
  open.stream.create(watch("z"));
  replica.readsLeft = 2;
  await deleteAll(stage);
  await expect.poll(() => replica.refused).toBeGreaterThan(0);
  expect(answersOf(open).map(({ isPart }) => isPart)).toEqual([true, true]);

  await stage.put("z");
  await settle([open]);

  expect(answersOf(open)).toHaveLength(2);
  replica.readsLeft = Number.POSITIVE_INFINITY;
  await expect.poll(() => answersOf(open).at(-1)).toMatchObject({ watchId: 1n });
  expect(answersOf(open).at(-2)).toMatchObject({ watchId: 0n, isPart: false });
});

test("a client that cannot put parts together is told a revision in one answer", async () => {
  const stage = await filled();
  const open = stage.open();
  open.stream.create(watch("a", { rangeEnd: b, prevKv: true }));

  await deleteAll(stage);
  await settle([open]);

  expect(answersOf(open)).toMatchObject([
    { count: KEYS, bytes: KEYS * VALUE.length, isPart: false },
  ]);
});

test("a revision of thousands of changes is told whole, after a look for each thousand", async () => {
  const stage = new WatchStage();
  const keys = 4_500;
  for (let at = 0; at < keys; at++) await stage.put(`a${at}`);
  const open = stage.open();
  open.stream.create(watch("a", { rangeEnd: b, prevKv: true }));
  await deleteAll(stage);
  const before = stage.replica.counts.reads;

  await settle([open], 400);

  expect(answersOf(open)).toMatchObject([{ count: keys, isPart: false }]);
  // One for the page of history.
  expect(stage.replica.counts.reads - before).toBe(6);
});

test("revisions with what was before them do not add up to one large answer", async () => {
  const stage = await filled();
  const open = stage.open();
  const from = stage.revision + 1;
  await putAll(stage, Buffer.from("small"));

  open.stream.create(watch("a", { rangeEnd: b, prevKv: true, startRevision: from }));
  await settle([open]);

  const told = answersOf(open);
  expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(KEYS);
  for (const { bytes, isPart } of told) {
    expect(bytes).toBeLessThanOrEqual(MIB + VALUE.length);
    expect(isPart).toBe(false);
  }
});

test("nothing is looked for while a client does not take what it was told", async () => {
  const stage = await filled();
  const open = stage.open();
  open.stream.create(watch("a", { rangeEnd: b, prevKv: true, fragment: true }));
  open.client.weighs = true;

  await deleteAll(stage);
  for (let round = 0; round < 200; round++) await turn.next();

  const bytes = (): number => answersOf(open).reduce((sum, one) => sum + one.bytes, 0);
  expect(bytes()).toBeLessThanOrEqual(4 * MIB + MIB + VALUE.length);
  open.client.take();
  open.stream.taken();
  for (let round = 0; round < 200; round++) await turn.next();
  expect(bytes()).toBe(KEYS * VALUE.length);
});

test("a watch that is canceled amid its parts leaves the stream to the others", async () => {
  const stage = await filled();
  const open = stage.open();
  open.stream.create(watch("a", { rangeEnd: b, prevKv: true, fragment: true }));
  open.stream.create(watch("a7"));
  open.client.weighs = true;
  await deleteAll(stage);
  for (let round = 0; round < 200; round++) await turn.next();
  await stage.put("a7");
  for (let round = 0; round < 200; round++) await turn.next();
  expect(answersOf(open).at(-1)).toMatchObject({ watchId: 0n, isPart: true });

  open.stream.cancel(0n);
  await settle([open]);

  expect(answersOf(open).at(-1)).toMatchObject({ watchId: 1n, count: 1 });
});

import { type ByteString, needRows, needScan, pause, type Steps } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { SlowWorld } from "../test/slow-world.ts";
import { Reader } from "./reader.ts";
import { OverloadedError } from "./replica-errors.ts";

const OPTIONS = { sliceMs: 5, pendingReadsMax: 100, longReadsMax: 10 };
const KEYS: readonly ByteString[] = Array.from({ length: 200 }, (_, at) => `k${at}`);

describe("a read of one key", () => {
  test("is answered in its turn while the engine is quick", async () => {
    const { world, reader } = await opened({ readMs: 0.005 });

    const value = await reader.read(() => valuesOf(["k1"]));

    expect(value).toEqual(["before"]);
    expect(world.engine).toMatchObject({ readsInTurn: 1, rowsReadElsewhere: 0 });
    expect(world.store.stats().views).toBe(0);
  });

  test("leaves the event loop while the engine is slow, and sees the state of its turn", async () => {
    const { world, reader } = await opened({ readMs: 3 });
    while (!world.store.readsAreSlow) world.store.get("k1");
    const { readsInTurn } = world.engine;

    const reading = reader.read(() => valuesOf(["k1"]));
    await Promise.resolve();
    write(world, "k1", "after", 2);

    expect(await world.until(reading)).toEqual(["before"]);
    expect(world.engine).toMatchObject({ readsInTurn, rowsReadElsewhere: 1 });
    expect(await world.until(reader.read(() => valuesOf(["k1"])))).toEqual(["after"]);
    expect(world.store.stats().views).toBe(0);
  });

  test("comes back to the event loop when the engine is quick again", async () => {
    const { world, reader } = await opened({ readMs: 3 });
    while (!world.store.readsAreSlow) world.store.get("k1");
    world.lag.readMs = 0.005;

    for (let round = 0; round < 60; round++) {
      await world.until(reader.read(() => valuesOf(["k1"])));
      await world.time.advance(60);
    }

    const { rowsReadElsewhere } = world.engine;
    await world.until(reader.read(() => valuesOf(["k2"])));
    expect(world.engine.rowsReadElsewhere).toBe(rowsReadElsewhere);
    expect(world.store.readsAreSlow).toBe(false);
  });
});

test("many reads of one turn hold it for one slice, then wait for the next", async () => {
  const { world, reader } = await opened({ readMs: 0.5 });
  const before = world.time.turns;

  const reads = KEYS.slice(0, 90).map((key) => reader.read(() => valuesOf([key])));
  const values = await world.until(Promise.all(reads));

  expect(values.flat()).toEqual(KEYS.slice(0, 90).map(() => "before"));
  expect(world.engine).toMatchObject({ readsInTurn: 90, rowsReadElsewhere: 0 });
  expect(world.longestTurnMs).toBeLessThanOrEqual(5.5);
  expect(world.time.turns - before).toBeGreaterThanOrEqual(9);
});

test("a read that goes on for long reads one state, whatever is applied meanwhile", async () => {
  const { world, reader } = await opened({ readMs: 0.5 });
  let seen: readonly unknown[] = [];

  const reading = reader.read(function* () {
    const first = yield* valuesOf(KEYS.slice(0, 30));
    yield* pause();
    const second = yield* valuesOf(KEYS.slice(30, 60));
    const scanned = yield* needScan({ from: "k", to: "l", limit: 1000 });
    seen = [...first, ...second, ...scanned.map(({ value }) => text(value))];
    return seen.length;
  });
  await Promise.resolve();
  for (const [at, key] of KEYS.entries()) write(world, key, "after", at + 2);

  expect(await world.until(reading)).toBe(60 + KEYS.length);
  expect(new Set(seen)).toEqual(new Set(["before"]));
  expect(world.longestTurnMs).toBeLessThanOrEqual(5.5);
  expect(world.store.stats().views).toBe(0);
});

test("a read that pauses before it reads anything reads the state of its beginning", async () => {
  const { world, reader } = await opened({ readMs: 0.005 });

  const reading = reader.read(function* () {
    yield* pause();
    return yield* valuesOf(["k1"]);
  });
  await Promise.resolve();
  write(world, "k1", "after", 2);

  expect(await world.until(reading)).toEqual(["before"]);
});

describe("over its limit", () => {
  test("of long reads a read is refused, to be tried again, and later ones are served", async () => {
    const { world, reader } = await opened({ readMs: 0.005 });
    const long = (): Promise<readonly unknown[]> =>
      reader.read(() => needScan({ from: "k", to: "l", limit: 5 }));

    const reads = KEYS.slice(0, 10).map(long);
    const refused = await long().catch((failure: unknown) => failure);

    expect(refused).toBeInstanceOf(OverloadedError);
    expect(refused).toMatchObject({
      code: "OVERLOADED",
      retryable: true,
      message: "10 reads that take more than a moment are under way already",
    });
    expect(await world.until(Promise.all(reads))).toHaveLength(10);
    expect(await world.until(long())).toHaveLength(5);
  });

  test("of reads that wait for the event loop one more is refused", async () => {
    const { world, reader } = await opened({ readMs: 5 });

    const reads = KEYS.slice(0, 101).map((key) => reader.read(() => valuesOf([key])));
    const refused = await reader.read(() => valuesOf(["k1"])).catch((failure: unknown) => failure);

    expect(refused).toMatchObject({
      code: "OVERLOADED",
      message: "100 reads are waiting already",
    });
    const settled = await world.until(Promise.allSettled(reads));
    const failures = settled.filter(({ status }) => status === "rejected");
    // The engine turned out to be slow, and only ten reads at a time may wait for it.
    expect(failures.every((one) => "reason" in one && one.reason instanceof OverloadedError)).toBe(
      true,
    );
    expect(failures.length).toBeLessThan(101);
  });
});

async function opened(lag: { readonly readMs: number }) {
  const world = new SlowWorld({ readMs: 0, turnsAway: 2 });
  for (const key of KEYS) world.store.put(key, bytes("before"));
  world.store.commitPoint(1);
  await world.until(world.store.flush());
  world.lag.readMs = lag.readMs;
  const { store, clock, turn } = world;
  return { world, reader: new Reader({ store, clock, turn, options: OPTIONS }) };
}

function write({ store }: SlowWorld, key: ByteString, value: string, index: number): void {
  store.put(key, bytes(value));
  store.commitPoint(index);
}

function* valuesOf(keys: readonly ByteString[]): Steps<readonly (string | undefined)[]> {
  return (yield* needRows(keys)).map(text);
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

import type { ByteString } from "@holdfast/base";
import { expect, test } from "vitest";
import { SlowWorld } from "../test/slow-world.ts";
import { PrefetchedRows } from "./prefetched-rows.ts";

const KEYS: readonly ByteString[] = Array.from({ length: 100 }, (_, at) => `k${at}`);

test("a row that is written while it is fetched is read as it was written", async () => {
  const { world, rows } = await opened();

  const prefetch = rows.prefetch(KEYS);
  write(world, rows, "k1", "new");
  await world.until(prefetch?.ready ?? Promise.reject());
  await world.until(world.store.flush());

  expect(text(rows.get("k1"))).toBe("new");
  expect(text(rows.get("k2"))).toBe("old");
  expect(world.engine.readsInTurn).toBe(1);
});

test("a fetch that was given up and comes late spoils no later one of the same rows", async () => {
  const { world, rows } = await opened();
  world.lag.turnsAway = 20;
  const late = rows.prefetch(KEYS);
  late?.end();
  write(world, rows, "k1", "new");
  await world.until(world.store.flush());
  world.lag.turnsAway = 40;

  const again = rows.prefetch(KEYS);
  await world.until(late?.ready ?? Promise.reject());
  expect(text(rows.get("k1"))).toBe("new");
  await world.until(again?.ready ?? Promise.reject());

  expect(text(rows.get("k1"))).toBe("new");
  expect(text(rows.get("k2"))).toBe("old");
});

test("what the next entries touch too is kept for them, and forgotten after them", async () => {
  const { world, rows } = await opened();
  const first = rows.prefetch(KEYS);
  await world.until(first?.ready ?? Promise.reject());
  const second = rows.prefetch([...KEYS, ...KEYS.map((key) => `${key}!`)]);
  first?.end();
  await world.until(second?.ready ?? Promise.reject());
  const { rowsReadElsewhere } = world.engine;

  expect(text(rows.get("k1"))).toBe("old");
  expect(rows.isNear("k1!")).toBe(true);
  expect(rowsReadElsewhere).toBe(200);
  expect(world.engine.readsInTurn).toBe(0);
  second?.end();
  expect(rows.isNear("k1")).toBe(false);
});

test("rows that are asked for together come from wherever they are", async () => {
  const { world, rows } = await opened();
  await world.until(rows.prefetch(KEYS)?.ready ?? Promise.reject());
  write(world, rows, "k1", "new");
  write(world, rows, "added", "x");
  const { rowsReadElsewhere } = world.engine;

  const found = await world.until(rows.rows(["k2", "none", "k1", "added", "k3"]));

  expect(found.map(text)).toEqual(["old", undefined, "new", "x", "old"]);
  expect(world.engine.rowsReadElsewhere).toBe(rowsReadElsewhere + 1);
});

test("nothing is fetched ahead while the engine is quick", () => {
  const rows = new PrefetchedRows(new SlowWorld({ readMs: 0.9, turnsAway: 2 }).store);

  for (const key of KEYS) rows.get(key);

  expect(rows.prefetch(KEYS)).toBeUndefined();
});

async function opened() {
  const world = new SlowWorld({ readMs: 0, turnsAway: 2 });
  const rows = new PrefetchedRows(world.store);
  for (const key of KEYS) rows.put(key, bytes("old"));
  world.store.commitPoint(1);
  await world.until(world.store.flush());
  world.lag.readMs = 2;
  while (!rows.readsAreSlow) rows.get("k1");
  world.engine.readsInTurn = 0;
  return { world, rows };
}

function write(world: SlowWorld, rows: PrefetchedRows, key: ByteString, value: string): void {
  rows.put(key, bytes(value));
  rows.publish();
  world.store.commitPoint(world.store.durableIndex + 1);
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

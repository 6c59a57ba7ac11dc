import { expect, test } from "vitest";
import { del, put, TestStore } from "../../test/test-store.ts";
import type { HashKv, Operation } from "../index.ts";
import { RECENT_HASHES } from "./recent-hashes.ts";

function hashOf(store: TestStore, revision = 0): number {
  return (store.hashKv(revision) as HashKv).hash;
}

function passingChange(n: number): Operation {
  return n % 7 === 6 ? del(`k${n % 50}`) : put(`k${n % 50}`, "v");
}

function storeOf(...values: readonly string[]): TestStore {
  const store = TestStore.opened();
  for (const value of values) store.do(put("a", value));
  return store;
}

test("equal changes make equal hashes, other values others", () => {
  expect(hashOf(storeOf("1", "2"))).toBe(hashOf(storeOf("1", "2")));
  expect(hashOf(storeOf("1", "2"))).not.toBe(hashOf(storeOf("1", "3")));
  expect(hashOf(storeOf("1", "2"))).not.toBe(hashOf(storeOf("2")));
});

test("one byte that differs in a row is seen", () => {
  const store = storeOf("1", "x".repeat(300));
  const before = hashOf(store);
  const { blockPrefix } = store.machine.layout;
  const block = store.rows.published.all().findLast(({ key }) => key.startsWith(blockPrefix));
  if (block === undefined) throw new Error("there is a block");

  block.value[block.value.length - 1] = 0x79;

  expect(hashOf(store)).not.toBe(before);
});

test("the hash at a revision stays whatever comes later", () => {
  const store = storeOf("1", "2");
  const before = hashOf(store, 2);

  store.send([put("b"), del("a")]);

  expect(hashOf(store, 2)).toBe(before);
  expect(hashOf(store, 3)).not.toBe(before);
});

test("it is refused where the revision cannot be read", () => {
  const store = storeOf("1", "2");
  store.do({ kind: "compact", revision: 3 });

  expect(store.hashKv(2)).toMatchObject({ reason: "compacted" });
  expect(store.hashKv(4)).toMatchObject({ reason: "future-revision" });
});

test("it is the same after every part of collecting, in one pass or in many", () => {
  const store = TestStore.opened();
  // In each entry something stays alive and something dies.
  for (let n = 0; n < 2_200; n += 10) {
    const lasting = put(`lasting${n}`, "v");
    const passing = Array.from({ length: 9 }, (_, at) => passingChange(n + at));
    store.send([lasting, ...passing]);
  }
  store.do({ kind: "compact", revision: 1_500 });
  const hash = hashOf(store);

  do {
    expect(hashOf(store)).toBe(hash);
    expect(store.hashKv(0, 100)).toMatchObject({ hash });
  } while (store.collect(1));
  expect(hashOf(store)).toBe(hash);
});

test("the rolling hashes of the last entries are remembered, and no more", () => {
  const store = TestStore.opened();
  const known: number[] = [];
  for (let n = 0; n < RECENT_HASHES + 5; n++) {
    store.applyBytes(undefined);
    known.push(store.machine.rollingHash);
  }
  const last = store.machine.applied.index;

  expect(store.machine.rollingHashAt(last)).toBe(known.at(-1));
  expect(store.machine.rollingHashAt(last - RECENT_HASHES + 1)).toBe(known.at(-RECENT_HASHES));
  expect(store.machine.rollingHashAt(last - RECENT_HASHES)).toBeUndefined();
  expect(store.machine.rollingHashAt(last + 1)).toBeUndefined();
  const restarted = store.restarted();
  expect(restarted.machine.rollingHashAt(last)).toBe(known.at(-1));
  expect(restarted.machine.rollingHashAt(last - 1)).toBeUndefined();
});

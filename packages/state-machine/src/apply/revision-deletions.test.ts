import { describe, expect, test } from "vitest";
import { drive } from "../../test/memory-rows.ts";
import {
  compareNumber,
  del,
  keysOf,
  put,
  sessionId,
  TestStore,
  txn,
} from "../../test/test-store.ts";
import { encodeBatch, type Operation } from "../index.ts";

const MAX = 3;
const KEYS = ["a", "b", "c", "d", "e"];
const TOO_MANY = { kind: "failed", failure: { reason: "too-many-deletions" } };
const present = compareNumber("a", "version", "greater", 0n);

function filled(keys: readonly string[] = KEYS, revisionDeletionsMax = MAX): TestStore {
  const store = TestStore.opened({ revisionDeletionsMax });
  store.send(keys.map((key) => put(key, "v")));
  return store;
}

function keysLeft(store: TestStore): readonly string[] {
  const answer = store.range({ from: "\0", to: "\0", keysOnly: true });
  return "kvs" in answer ? keysOf(answer.kvs) : [];
}

/** Keys in order, `count` of them. */
function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `k${String(at).padStart(5, "0")}`);
}

describe("one revision deletes so many keys and no more", () => {
  test.each<[string, Operation]>([
    ["a deletion", del("a", "d")],
    ["a deletion that returns them", del("a", "d", true)],
    ["a transaction", txn([], [del("a", "c"), put("x"), del("c")])],
    ["a nested branch", txn([], [del("a"), txn([present], [del("b", "d")], [del("d", "\0")])])],
    ["ranges that overlap", txn([], [del("a", "d"), del("b", "d"), del("b"), del("a", "b\0")])],
    ["empty ranges", txn([], [del("a", "d"), del("x", "\0"), del("z", "a"), del("missing")])],
    [
      "a branch that is not taken",
      txn([], [del("a", "d"), txn([present], [], [del("\0", "\0")])], [del("\0", "\0")]),
    ],
  ])("%s of exactly as many is done", (_, operation) => {
    const store = filled();

    expect(store.do(operation)).toMatchObject({ kind: operation.kind, revision: 7 });

    expect(keysLeft(store).filter((key) => key !== "x")).toEqual(["d", "e"]);
  });

  test.each<[string, Operation]>([
    ["a deletion", del("a", "e")],
    ["a deletion of everything", del("\0", "\0")],
    ["a deletion that returns them", del("a", "e", true)],
    ["a transaction", txn([], [put("x"), del("a", "c"), del("c"), del("d")])],
    ["a transaction of single keys", txn([], [del("a"), del("b"), del("c"), del("d")])],
    ["a range of one key beside others", txn([], [del("a"), del("c", "c\0"), del("d", "f")])],
    ["a nested branch", txn([], [put("x"), del("a"), txn([present], [del("b", "e")], [])])],
    ["ranges that overlap", txn([], [del("a", "d"), del("b", "e"), del("c", "\0")])],
  ])("%s of one more does nothing at all", (_, operation) => {
    const store = filled();
    const hash = store.hashKv();

    expect(store.do(operation)).toEqual({ ...TOO_MANY, revision: 6 });

    expect(store.hashKv()).toEqual(hash);
    expect(store.machine.revision).toBe(6);
    expect(keysLeft(store)).toEqual(KEYS);
  });

  test("beyond the first page too, wherever the limit falls in a page", () => {
    for (const count of [499, 500, 501, 2499, 2500, 2501, 4600]) {
      const enough = filled(numbered(count), count);
      const tooFew = filled(numbered(count), count - 1);

      for (const operation of [del("k", "l"), txn([], [del("k", "l")])]) {
        expect(tooFew.do(operation)).toMatchObject(TOO_MANY);
        expect(keysLeft(tooFew)).toHaveLength(count);
      }
      expect(enough.do(del("k", "l"))).toMatchObject({ deleted: count });
      expect(keysLeft(enough)).toEqual([]);
    }
  });
});

test("each operation of a batch has a revision of its own, and so a limit", () => {
  const store = filled();

  const results = store.send([del("a", "d"), put("a"), del("\0", "\0"), put("b"), del("\0", "\0")]);

  expect(results[2]).toMatchObject({ deleted: 3 });
  expect(results[4]).toMatchObject({ deleted: 1 });
});

test("what was refused is refused again to who asks a second time, though it would be possible now", () => {
  const store = filled();
  const operations = [del("\0", "\0")];
  const asked = { firstSequence: 50 };
  expect(store.send(operations, asked)).toMatchObject([TOO_MANY]);
  store.send([del("a"), del("b")]);

  expect(store.send(operations, asked)).toMatchObject([{ ...TOO_MANY, revision: 6 }]);

  expect(keysLeft(store)).toEqual(["c", "d", "e"]);
});

test("other failures of a transaction are told before", () => {
  const store = filled();

  const result = store.do(txn([], [del("\0", "\0"), put("x", "", { ignoreLease: true })]));

  expect(result).toMatchObject({ failure: { reason: "key-not-found" } });
});

describe("how often rows are scanned", () => {
  /** The scans that one operation takes. */
  function scansOf(operation: Operation, keys: number): number {
    const store = filled(numbered(keys), 10_000);
    const batch = { session: sessionId(1), firstSequence: 9000, ackedBelow: 8000 };
    const payload = encodeBatch({ ...batch, operations: [operation] });
    const index = store.machine.applied.index + 1;
    let scans = 0;
    drive(store.machine.apply({ index, term: 1, payload }), store.rows.own, ({ kind }) => {
      if (kind === "scan") scans += 1;
    });
    return scans;
  }

  test.each([
    ["one key", del("k00001"), 1200, 0],
    ["a range of one page", del("k", "l"), 499, 1],
    ["a range of more", del("k", "l"), 1200, 3 + 1],
    ["a transaction of single keys", txn([], [del("k00001"), del("k00002")]), 1200, 0],
    ["a transaction of a range of one page", txn([], [del("k", "l")]), 499, 2],
  ])("%s", (_, operation, keys, scans) => {
    expect(scansOf(operation, keys)).toBe(scans);
  });
});

test("a key that the transaction itself puts is not counted", () => {
  const store = filled(["a", "b", "c"]);

  const result = store.do(txn([], [txn([], [put("x")]), del("a", "\0")]));

  expect(result).toMatchObject({ responses: [{}, { deleted: 4 }] });
});

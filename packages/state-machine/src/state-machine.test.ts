import { InvariantViolation, type RowNeed } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { drive } from "../test/memory-rows.ts";
import {
  compareNumber,
  compareValue,
  del,
  keysOf,
  plain,
  put,
  range,
  TestStore,
  txn,
} from "../test/test-store.ts";
import {
  DamagedRowError,
  encodeBatch,
  MalformedCommandError,
  type Operation,
  type TxnResult,
} from "./index.ts";

const pair = (
  key: string,
  value: string,
  [createRevision, modRevision, version]: readonly [number, number, number],
) => ({ key, value, createRevision, modRevision, version, lease: 0n });

describe("revisions", () => {
  test("an empty store is at revision 1, its first write at 2", () => {
    const store = TestStore.opened();
    expect(store.machine.point).toEqual({ revision: 1, compactRevision: -1 });

    expect(store.do(put("a"))).toMatchObject({ kind: "put", revision: 2 });

    expect(store.machine.revision).toBe(2);
  });

  test("each put takes one, also of the same value", () => {
    const store = TestStore.opened();

    store.send([put("a", "1"), put("a", "1"), put("b", "1")]);

    expect(plain(store.range({ from: "a", to: "\0" }))).toMatchObject({
      revision: 4,
      kvs: [pair("a", "1", [2, 3, 2]), pair("b", "1", [4, 4, 1])],
    });
  });

  test("a deleted key begins anew", () => {
    const store = TestStore.opened();

    store.send([put("a", "1"), put("a", "2"), del("a"), put("a", "3")]);

    expect(plain(store.range({ from: "a" }))).toMatchObject({ kvs: [pair("a", "3", [5, 5, 1])] });
  });

  test.each<readonly [string, Operation]>([
    ["a deletion that finds nothing", del("x", "z", true)],
    ["a deletion of an empty range", del("z", "a")],
    ["a transaction that only reads", txn([], [range({ from: "a" })])],
    ["a transaction whose branch is empty", txn([compareValue("a", "equal", "x")], [put("a")])],
    ["a put with a lease that does not exist", put("a", "", { lease: 1n })],
    ["a put that keeps the value of no key", put("x", "", { ignoreValue: true })],
  ])("%s takes none", (_, operation) => {
    const store = TestStore.opened();
    store.do(put("a"));

    expect(store.do(operation)).toMatchObject({ revision: 2 });

    expect(store.machine.revision).toBe(2);
  });
});

describe("put", () => {
  test("keeps the value or the lease when asked to", () => {
    const store = TestStore.opened();
    store.do(put("a", "large".repeat(100)));

    const result = store.do(put("a", "", { ignoreValue: true, ignoreLease: true, prevKv: true }));

    const value = "large".repeat(100);
    expect(plain(result)).toMatchObject({ prevKv: pair("a", value, [2, 2, 1]) });
    expect(plain(store.range({ from: "a" }))).toMatchObject({ kvs: [pair("a", value, [2, 3, 2])] });
  });

  test("tells why it did nothing", () => {
    const store = TestStore.opened();

    const results = store.send([
      put("a", "", { lease: 5n, ignoreValue: true }),
      put("a", "", { ignoreLease: true }),
      txn([], [put("a", "", { lease: 5n, ignoreValue: true })]),
      txn([], [put("b"), txn([], [put("a", "", { lease: 5n })])]),
    ]);

    expect(results.map((result) => "failure" in result && result.failure.reason)).toEqual([
      "lease-not-found",
      "key-not-found",
      "key-not-found",
      "lease-not-found",
    ]);
    expect(store.range({ from: "b" })).toMatchObject({ count: 0 });
  });
});

describe("a transaction", () => {
  test("decides all compares on the state before it, also nested ones", () => {
    const store = TestStore.opened();
    const absent = compareNumber("a", "version", "equal", 0n);

    const result = store.do(
      txn([absent], [put("a", "1"), txn([absent], [put("b")], [put("c")])], [put("d")]),
    );

    expect(result).toMatchObject({ succeeded: true, revision: 2 });
    expect(keysOf(kvsOf(store, "\0", "\0"))).toEqual(["a", "b"]);
  });

  test("sees its own writes, at the revision that they will have", () => {
    const store = TestStore.opened();
    store.do(put("a", "old"));

    const result = store.do(
      txn(
        [],
        [
          range({ from: "a" }),
          put("a", "new"),
          range({ from: "a" }),
          del("a"),
          range({ from: "a" }),
        ],
      ),
    ) as TxnResult;

    expect(plain(result.responses)).toMatchObject([
      { range: { revision: 2, kvs: [pair("a", "old", [2, 2, 1])] } },
      { revision: 3 },
      { range: { revision: 3, kvs: [pair("a", "new", [2, 3, 2])] } },
      { revision: 3, deleted: 1 },
      { range: { revision: 3, kvs: [], count: 0 } },
    ]);
    expect(store.machine.revision).toBe(3);
  });

  test("reads its revision before it as it was then", () => {
    const store = TestStore.opened();
    store.do(put("a", "old"));

    const result = store.do(
      txn([], [put("a", "new"), range({ from: "a", revision: 2 })]),
    ) as TxnResult;

    expect(plain(result.responses[1])).toMatchObject({
      range: { revision: 3, kvs: [pair("a", "old", [2, 2, 1])] },
    });
  });

  test("with a range at a revision to come does nothing", () => {
    const store = TestStore.opened();

    const result = store.do(txn([], [put("a"), range({ from: "a", revision: 2 })]));

    expect(result).toMatchObject({ kind: "failed", failure: { reason: "future-revision" } });
    expect(store.machine.revision).toBe(1);
  });

  test("takes a range at a revision below 0 for one that was compacted, once anything was", () => {
    const store = TestStore.opened();
    store.do(put("a"));
    const below = txn([], [range({ from: "a", revision: -1 }), put("b")]);

    const before = store.do(below);
    store.do({ kind: "compact", revision: 2 });
    const after = store.do(below);

    expect(before).toMatchObject({ succeeded: true });
    expect(after).toMatchObject({ kind: "failed", failure: { reason: "compacted" } });
  });

  test("says what is wrong with any of its puts before what is wrong with its ranges", () => {
    const store = TestStore.opened();

    const result = store.do(
      txn([], [range({ from: "a", revision: 9 }), txn([], [put("a", "", { lease: 5n })])]),
    );

    expect(result).toMatchObject({ kind: "failed", failure: { reason: "lease-not-found" } });
  });

  test("holds a value compare against no value of a missing key", () => {
    const store = TestStore.opened();

    for (const result of ["equal", "not-equal", "less", "greater"] as const) {
      expect(store.do(txn([compareValue("a", result, "")], []))).toMatchObject({
        succeeded: false,
      });
    }
  });
});

describe("an entry", () => {
  test("without a batch only moves the index", () => {
    const store = TestStore.opened();

    expect(store.applyBytes(undefined)).toEqual([]);

    expect(store.machine.applied).toEqual({ index: 2, term: 1 });
    expect(store.restarted().machine.applied).toEqual({ index: 2, term: 1 });
  });

  test("whose bytes are no batch is answered by one failure and stepped over", () => {
    const store = TestStore.opened();

    const results = store.applyBytes(Uint8Array.of(1, 0x93));

    expect(results).toEqual([{ kind: "failed", revision: 1, failure: { reason: "malformed" } }]);
    expect(store.do(put("a"))).toMatchObject({ revision: 2 });
  });

  test("of an unknown version stops the machine for good", () => {
    const store = TestStore.opened();

    expect(() => store.applyBytes(Uint8Array.of(6, 0x90))).toThrow(MalformedCommandError);

    expect(() => store.applyBytes(undefined)).toThrow(InvariantViolation);
  });

  test("out of turn is refused", () => {
    const store = TestStore.opened();
    const entry = { index: 3, term: 1, payload: undefined };

    expect(() => store.rows.drive(store.machine.apply(entry))).toThrow(InvariantViolation);
  });

  test("shows readers nothing before its end", () => {
    const store = TestStore.opened();
    store.do(put("a", "before"));
    const before = store.rows.published.all();
    const operations = Array.from({ length: 1024 }, (_, at) => put(`k${at}`, "after"));
    const payload = encodeBatch({
      session: store.session,
      firstSequence: 1,
      ackedBelow: 0,
      operations,
    });

    const needs: RowNeed["kind"][] = [];
    drive(store.machine.apply({ index: 3, term: 1, payload }), store.rows.own, (need) => {
      needs.push(need.kind);
      expect(store.machine.point.revision).toBe(2);
      expect(store.rows.published.all()).toEqual(before);
    });

    expect(needs).toEqual(["rows", "pause", "rows", "pause", "pause"]);
    expect(store.machine.revision).toBe(1026);
  });

  test("that deletes very many keys pauses often and takes one revision", () => {
    const store = filled(20_000);
    const { revision } = store.machine;
    const payload = encodeBatch({
      session: store.session,
      firstSequence: 20_000,
      ackedBelow: 0,
      operations: [del("k", "l"), put("z")],
    });
    let pauses = 0;

    const results = drive(
      store.machine.apply({ index: store.machine.applied.index + 1, term: 1, payload }),
      store.rows.own,
      (need) => {
        pauses += need.kind === "pause" ? 1 : 0;
        expect(store.machine.point.revision).toBe(revision);
      },
    );

    expect(results[0]).toMatchObject({ deleted: 20_000, revision: revision + 1 });
    // One for every 125 keys.
    expect(pauses).toBeGreaterThanOrEqual(160);
    expect(store.range({ from: "\0", to: "\0" })).toMatchObject({ count: 1 });
    const before = store.range({ from: "\0", to: "\0", revision, limit: 2 });
    expect(before).toMatchObject({ count: 20_000, more: true });
  });
});

test("a state whose rows are damaged is not opened", () => {
  const store = TestStore.opened();
  const rows = store.rows.published.copy();
  rows.put(store.machine.layout.metaKey, Uint8Array.of(1, 1, 0));

  expect(() => new TestStore(rows)).toThrow(DamagedRowError);
});

function kvsOf(store: TestStore, from: string, to: string) {
  const answer = store.range({ from, to });
  if ("kind" in answer) throw new Error(answer.message);
  return answer.kvs;
}

function filled(count: number): TestStore {
  const store = TestStore.opened();
  const perBatch = 1000;
  for (let at = 0; at < count; at += perBatch) {
    const operations = Array.from({ length: perBatch }, (_, offset) =>
      put(`k${String(at + offset).padStart(7, "0")}`, "v"),
    );
    store.send(operations, { firstSequence: at, ackedBelow: at });
  }
  return store;
}

import { expect, test } from "vitest";
import { drive } from "../../test/memory-rows.ts";
import {
  compareNumber,
  compareValue,
  keysOf,
  plain,
  put,
  queryOf,
  range,
  TestStore,
  txn,
} from "../../test/test-store.ts";
import { isReadOnlyTxn, type RangeQuery, rangeSteps, readOnlyTxnSteps } from "../index.ts";

/** Keys a to e; the values run against them, and e is the oldest, rewritten most. */
function letters(): TestStore {
  const store = TestStore.opened();
  store.send([put("e", "0"), put("e", "0"), put("a", "9"), put("b", "8"), put("c", "7")]);
  store.send([put("d", "6"), put("e", "5")]);
  return store;
}

test.each<readonly [string, Partial<RangeQuery> & { from: string; to?: string }, string, boolean]>([
  ["one key", { from: "b" }, "b", false],
  ["from a key on", { from: "d", to: "\0" }, "de", false],
  ["half open", { from: "b", to: "d" }, "bc", false],
  ["backwards is empty", { from: "d", to: "b" }, "", false],
  ["limit", { from: "a", to: "\0", limit: 2 }, "ab", true],
  ["a limit just reached", { from: "a", to: "\0", limit: 5 }, "abcde", false],
  ["a negative limit is none", { from: "a", to: "\0", limit: -1 }, "abcde", false],
  ["keys descending", { from: "a", to: "\0", limit: 2, sortOrder: "descend" }, "ed", true],
  ["by value", { from: "a", to: "\0", sortTarget: "value" }, "edcba", false],
  [
    "by value, cut",
    { from: "a", to: "\0", sortTarget: "value", sortOrder: "ascend", limit: 2 },
    "ed",
    true,
  ],
  [
    "order none cuts by key first",
    { from: "a", to: "\0", sortTarget: "value", limit: 2 },
    "cb",
    true,
  ],
  [
    "order none with a bound does not",
    { from: "a", to: "\0", sortTarget: "value", limit: 2, minModRevision: 1 },
    "ed",
    true,
  ],
  [
    "by version",
    { from: "a", to: "\0", sortTarget: "version", sortOrder: "descend", limit: 1 },
    "e",
    true,
  ],
  ["by creation", { from: "a", to: "\0", sortTarget: "create" }, "eabcd", false],
  ["by modification", { from: "a", to: "\0", sortTarget: "mod" }, "abcde", false],
  [
    "modified from 5 to 7",
    { from: "a", to: "\0", minModRevision: 5, maxModRevision: 7 },
    "bcd",
    false,
  ],
  [
    "made from 4 to 5",
    { from: "a", to: "\0", minCreateRevision: 4, maxCreateRevision: 5 },
    "ab",
    false,
  ],
  [
    "bounds come before the limit",
    { from: "a", to: "\0", minModRevision: 6, limit: 2 },
    "cd",
    true,
  ],
  ["as it was", { from: "a", to: "\0", revision: 4 }, "ae", false],
  [
    "as it was, keys descending",
    { from: "a", to: "\0", revision: 5, sortOrder: "descend", limit: 2 },
    "eb",
    true,
  ],
  ["at the present revision", { from: "a", to: "\0", revision: 8 }, "abcde", false],
])("%s", (_, query, keys, more) => {
  const answer = letters().range(query);

  if ("kind" in answer) throw new Error(answer.message);
  expect([keysOf(answer.kvs).join(""), answer.more]).toEqual([keys, more]);
  expect(answer.revision).toBe(8);
});

test("the count ignores limit and bounds, but not the revision", () => {
  const store = letters();
  const all = { from: "a", to: "\0" } as const;

  expect(store.range({ ...all, limit: 1, minModRevision: 8 })).toMatchObject({ count: 5 });
  expect(store.range({ ...all, countOnly: true })).toMatchObject({ count: 5, kvs: [] });
  for (const sortOrder of ["none", "ascend", "descend"] as const) {
    const past = store.range({ ...all, countOnly: true, revision: 5, sortOrder });
    expect(past).toMatchObject({ count: 3, kvs: [], more: false });
  }
});

test("keys only have all but the value", () => {
  expect(plain(letters().range({ from: "e", keysOnly: true }))).toMatchObject({
    kvs: [{ key: "e", value: "", createRevision: 2, modRevision: 8, version: 3 }],
  });
});

test("a large value does not keep its whole block in memory", () => {
  const store = TestStore.opened();
  store.send([put("a", "x".repeat(400)), put("b", "y".repeat(50_000))]);

  const answer = store.range({ from: "a" });

  if ("kind" in answer) throw new Error(answer.message);
  expect(answer.kvs[0]?.value.buffer.byteLength).toBe(400);
});

test("revisions that are not there are refused in etcd's words", () => {
  const { rows, machine } = letters();
  const read = (revision: number) =>
    rows.read(
      rangeSteps(
        queryOf({ from: "a", revision }),
        { revision: 8, compactRevision: 5 },
        machine.layout,
      ),
    );

  expect(read(9)).toMatchObject({
    code: "OUT_OF_RANGE",
    message: "etcdserver: mvcc: required revision is a future revision",
  });
  expect(read(4)).toMatchObject({
    code: "OUT_OF_RANGE",
    message: "etcdserver: mvcc: required revision has been compacted",
    compactRevision: 5,
  });
  expect(read(5)).toMatchObject({ count: 1 });
});

test("a range over many pages is whole, in order, and pauses between them", () => {
  const store = TestStore.opened();
  const keys = Array.from({ length: 4500 }, (_, at) => `k${String(at).padStart(5, "0")}`);
  for (let at = 0; at < keys.length; at += 500) {
    store.send(keys.slice(at, at + 500).map((key) => put(key, `${key}${"v".repeat(at % 1000)}`)));
  }
  const { revision } = store.machine;
  store.send([put("k00000", "changed")]);
  const read = (query: Partial<RangeQuery>) => {
    let pauses = 0;
    const steps = rangeSteps(
      queryOf({ from: "k", to: "l", ...query }),
      store.machine.point,
      store.machine.layout,
    );
    const answer = drive(steps, store.rows.published, (need) => {
      if (need.kind === "scan") expect(need.scan.limit).toBeLessThanOrEqual(2000);
      if (need.kind === "pause") pauses += 1;
    });
    if ("kind" in answer) throw new Error(answer.message);
    expect(pauses).toBeGreaterThanOrEqual(2);
    return keysOf(answer.kvs);
  };

  expect(read({})).toEqual(keys);
  expect(read({ revision })).toEqual(keys);
  expect(read({ sortOrder: "descend" })).toEqual(keys.toReversed());
  expect(read({ sortTarget: "value" })).toEqual([...keys.slice(1), "k00000"].sort(byValue(store)));
  expect(read({ limit: 3 })).toEqual(keys.slice(0, 3));
});

test("a transaction that only reads is answered without the log", () => {
  const store = letters();
  const reading = txn(
    [compareNumber("e", "version", "equal", 3n), compareValue("a", "greater", "8")],
    [range({ from: "a" }), range({ from: "b", to: "d", countOnly: true })],
    [range({ from: "x" })],
  );
  if (!isReadOnlyTxn(reading)) throw new Error("it only reads");

  const result = store.rows.read(
    readOnlyTxnSteps(reading, store.machine.point, store.machine.layout),
  );

  expect(plain(result)).toMatchObject({
    kind: "txn",
    revision: 8,
    succeeded: true,
    responses: [{ range: { kvs: [{ value: "9" }] } }, { range: { count: 2, revision: 8 } }],
  });
  expect(plain(result)).toEqual(plain(store.do(reading)));
});

test("a transaction with a write or a nested one goes through the log", () => {
  expect(isReadOnlyTxn(txn([], [], [put("a")]))).toBe(false);
  expect(isReadOnlyTxn(txn([], [txn([], [])]))).toBe(false);
});

test("a transaction that reads an impossible revision is refused whole", () => {
  const store = letters();
  const reading = txn([], [range({ from: "a" }), range({ from: "a", revision: 9 })]);
  if (!isReadOnlyTxn(reading)) throw new Error("it only reads");

  const result = store.rows.read(
    readOnlyTxnSteps(reading, store.machine.point, store.machine.layout),
  );

  expect(result).toMatchObject({ kind: "refusal", reason: "future-revision" });
});

test("a transaction that only reads takes a revision below 0 for one that was compacted, once anything was", () => {
  const store = TestStore.opened();
  store.do(put("a"));
  const reading = txn([], [range({ from: "a", revision: -1 })]);
  if (!isReadOnlyTxn(reading)) throw new Error("it only reads");
  const answer = () =>
    store.rows.read(readOnlyTxnSteps(reading, store.machine.point, store.machine.layout));

  const before = answer();
  store.do({ kind: "compact", revision: 2 });

  expect(before).toMatchObject({ kind: "txn", succeeded: true });
  expect(answer()).toMatchObject({ kind: "refusal", reason: "compacted" });
  expect(store.range({ from: "a", revision: -1 })).toMatchObject({ count: 1 });
});

function byValue(store: TestStore): (a: string, b: string) => number {
  const all = store.range({ from: "\0", to: "\0" });
  if ("kind" in all) throw new Error(all.message);
  const values = new Map(
    all.kvs.map((kv) => [keysOf([kv])[0], Buffer.from(kv.value).toString("latin1")]),
  );
  return (a, b) => ((values.get(a) ?? "") < (values.get(b) ?? "") ? -1 : 1);
}

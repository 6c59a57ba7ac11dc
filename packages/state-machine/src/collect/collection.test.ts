import type { ByteString } from "@holdfast/base";
import { describe, expect, test } from "vitest";
import { del, keysOf, put, TestStore, txn } from "../../test/test-store.ts";
import { isReadRefusal, type OperationResult } from "../index.ts";

function compact(store: TestStore, revision: number): OperationResult {
  return store.do({ kind: "compact", revision });
}

function rowsOf(store: TestStore, kind: "history" | "block" | "garbage"): number {
  const prefix = store.machine.layout[`${kind}Prefix`];
  return store.rows.published.all().filter(({ key }) => key.startsWith(prefix)).length;
}

/** Bytes of all blocks. */
function blockBytes(store: TestStore): number {
  const { blockPrefix } = store.machine.layout;
  const blocks = store.rows.published.all().filter(({ key }) => key.startsWith(blockPrefix));
  return blocks.reduce((bytes, { value }) => bytes + value.length, 0);
}

function keysAt(store: TestStore, revision: number): readonly ByteString[] {
  const range = store.range({ from: "\0", to: "\0", revision });
  return isReadRefusal(range) ? [range.reason] : keysOf(range.kvs);
}

describe("a compaction", () => {
  test("decides at once, before anything is collected", () => {
    const store = TestStore.opened();
    store.send([put("a", "1"), put("a", "2"), put("b", "3")]);

    expect(compact(store, 3)).toEqual({ kind: "compact", revision: 4 });

    expect(store.machine.collected).toBe(-1);
    expect(keysAt(store, 2)).toEqual(["compacted"]);
    expect(keysAt(store, 3)).toEqual(["a"]);
    expect(rowsOf(store, "history")).toBe(3);
  });

  test("of what is compacted, or to come, changes nothing", () => {
    const store = TestStore.opened();
    store.send([put("a", "1"), put("a", "2")]);
    compact(store, 2);

    expect(compact(store, 2)).toMatchObject({
      failure: { reason: "compacted", compactRevision: 2 },
    });
    expect(compact(store, 4)).toMatchObject({ failure: { reason: "future-revision" } });
    expect(store.machine.compactRevision).toBe(2);
  });

  test("amid an entry counts for what follows in it", () => {
    const store = TestStore.opened();
    const results = store.send([
      put("a", "1"),
      put("a", "2"),
      { kind: "compact", revision: 3 },
      { kind: "compact", revision: 3 },
    ]);

    expect(results.map(({ kind }) => kind)).toEqual(["put", "put", "compact", "failed"]);
    expect(store.restarted().machine.compactRevision).toBe(3);
  });

  test("sent twice by its session is applied once", () => {
    const store = TestStore.opened();
    store.send([put("a", "1")], { firstSequence: 7 });
    const first = store.send([{ kind: "compact", revision: 2 }], { firstSequence: 8 });

    const again = store.send([{ kind: "compact", revision: 2 }], { firstSequence: 8 });

    expect(again).toEqual(first);
  });
});

describe("collecting", () => {
  test("keeps the last version up to the revision, and all later ones", () => {
    const store = TestStore.opened();
    for (const value of ["1", "2", "3", "4"]) store.do(put("a", value));
    compact(store, 4);

    store.collect();

    expect(rowsOf(store, "history")).toBe(2);
    expect(rowsOf(store, "block")).toBe(2);
    expect(store.range({ from: "a", revision: 4 })).toMatchObject({ count: 1 });
    expect(store.machine.collected).toBe(4);
  });

  test("takes a key that was deleted before, and keeps a deletion at the revision itself", () => {
    const store = TestStore.opened();
    store.send([put("a", "1"), del("a"), put("b", "1"), del("b")]);
    compact(store, 5);

    store.collect();

    expect(rowsOf(store, "history")).toBe(1);
    expect(keysAt(store, 5)).toEqual([]);
    store.do(put("c"));
    compact(store, 6);
    store.collect();
    expect(rowsOf(store, "history")).toBe(1);
  });

  test("shrinks a block that is in part alive, and what refers to it stays true", () => {
    const store = TestStore.opened();
    const large = "x".repeat(1000);
    store.send([put("a", large), put("b", large), put("c", large), put("a", "2"), put("c", "3")]);
    const before = blockBytes(store);
    compact(store, 6);

    store.collect();

    expect(before - blockBytes(store)).toBeGreaterThan(2000);
    expect(store.range({ from: "b" })).toMatchObject({ kvs: [{ version: 1 }] });
    expect(store.range({ from: "b" })).toMatchObject({ kvs: [{ value: { length: 1000 } }] });
  });

  test("takes what one transaction did to a key and undid, with the last of it", () => {
    const store = TestStore.opened();
    // Like in etcd, an open end escapes the check for keys touched twice.
    store.do(txn([], [put("a", "x".repeat(500)), del("a", "\0")]));
    store.do(put("b"));
    compact(store, 3);

    store.collect();

    expect(rowsOf(store, "history")).toBe(1);
    expect(blockBytes(store)).toBeLessThan(100);
  });

  test("does nothing where nothing was compacted", () => {
    const store = TestStore.opened();
    store.do(put("a"));

    expect(store.rows.read(store.machine.planCollection())).toBeUndefined();
  });

  test("goes on after a restart where it was", () => {
    const store = TestStore.opened();
    for (let n = 0; n < 3_000; n++) store.do(put(`k${n % 1_500}`, String(n)));
    compact(store, 3_001);
    store.collect(2);

    const restarted = store.restarted();

    expect(rowsOf(restarted, "garbage")).toBeGreaterThan(0);
    expect(rowsOf(restarted, "history")).toBeLessThan(3_000);
    restarted.collect();
    expect(rowsOf(restarted, "garbage")).toBe(0);
    expect(rowsOf(restarted, "history")).toBe(1_500);
  });

  test("a compaction that comes meanwhile is collected after it", () => {
    const store = TestStore.opened();
    for (let n = 0; n < 2_500; n++) store.do(put("k", String(n)));
    compact(store, 1_000);
    store.collect(1);
    compact(store, 2_000);

    store.collect();

    expect(store.machine.collected).toBe(2_000);
    expect(rowsOf(store, "history")).toBe(502);
  });

  test("a part that was planned is written once", () => {
    const store = TestStore.opened();
    store.send([put("a"), put("a")]);
    compact(store, 3);
    const part = store.rows.read(store.machine.planCollection());
    if (part === undefined) throw new Error("there is something to collect");
    store.machine.writeCollection(part);

    expect(() => store.machine.writeCollection(part)).toThrow("written once");
  });
});

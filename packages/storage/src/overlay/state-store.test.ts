import { type Row, silentLogger, toByteString } from "@holdfast/base";
import { expect, test } from "vitest";
import { ManualClock } from "../../test/manual-time.ts";
import type { RowChange } from "../engine.ts";
import { MemoryEngine } from "../memory/memory-engine.ts";
import {
  DiskFullError,
  StateFailedError,
  TooManyViewsError,
  ViewExpiredError,
} from "../storage-errors.ts";
import type { StateLimits } from "./state-limits.ts";
import { StateStore } from "./state-store.ts";

const ALL = { from: "", to: "\xff", limit: 100 };

/** An engine whose batches wait until they are let through. */
class GatedEngine extends MemoryEngine {
  readonly batches: (readonly RowChange[])[] = [];
  failWith: Error | undefined;
  #gate: Promise<void> = Promise.resolve();
  #openGate: (() => void) | undefined;

  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.#openGate = resolve;
    });
  }

  let(): void {
    this.#openGate?.();
  }

  override async writeDurably(changes: Iterable<RowChange>): Promise<void> {
    await this.#gate;
    if (this.failWith !== undefined) throw this.failWith;
    this.batches.push([...changes]);
    await super.writeDurably(changes);
  }
}

function openStore(limits: Partial<StateLimits> = {}) {
  const engine = new GatedEngine();
  const clock = new ManualClock();
  const store = StateStore.open({ engine, clock, logger: silentLogger, limits });
  return { engine, clock, store };
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : toByteString(value);
}

function shown(rows: readonly Row[]): string {
  return rows.map(({ key, value }) => `${key}=${text(value)}`).join();
}

/** Puts rows as one log entry. */
function entry(store: StateStore, index: number, rows: Record<string, string | undefined>): void {
  for (const [key, value] of Object.entries(rows)) {
    if (value === undefined) store.delete(key);
    else store.put(key, bytes(value));
  }
  store.publish();
  store.commitPoint(index);
}

test("a write is seen by the applier at once and by readers when it is published", async () => {
  const { store } = openStore();
  entry(store, 1, { a: "1" });

  store.put("a", bytes("2"));
  store.put("b", bytes("2"));

  expect(text(store.applyReads().peek("a"))).toBe("2");
  expect(shown(await store.applyReads().scan(ALL))).toBe("a=2,b=2");
  expect((await store.applyReads().rows(["b", "c"])).map(text)).toEqual(["2", undefined]);
  expect(text(store.get("a"))).toBe("1");
  expect(shown(await store.view().scan(ALL))).toBe("a=1");
  store.publish();
  expect(text(store.get("a"))).toBe("2");
  expect(shown(await store.view().scan(ALL))).toBe("a=2,b=2");
});

test("rows reach the engine after the delay, in one batch with the index they were applied at", async () => {
  const { store, engine, clock } = openStore({ flushDelayMs: 50 });
  const durable: number[] = [];
  store.onDurable((index) => durable.push(index));
  entry(store, 1, { a: "1" });
  entry(store, 2, { b: "2", a: undefined });

  clock.advance(49);
  expect(engine.batches).toHaveLength(0);
  clock.advance(1);
  await store.flush();

  expect(engine.batches).toHaveLength(1);
  expect(durable).toEqual([2]);
  expect(store.durableIndex).toBe(2);
  expect(shown(await engine.scan(ALL))).toBe("b=2");
});

test("an entry that is half applied is never in a batch", async () => {
  const { store, engine, clock } = openStore();
  entry(store, 1, { a: "1" });
  store.put("b", bytes("2"));
  store.publish();

  clock.advance(1_000);
  await store.flush();
  expect(engine.batches).toHaveLength(0);
  store.put("c", bytes("2"));
  store.commitPoint(2);
  await store.flush();

  expect(engine.batches.map((batch) => batch.map(({ key }) => key).join())).toEqual(["a,b,c"]);
  expect(store.durableIndex).toBe(2);
});

test("much is flushed without waiting for the delay", async () => {
  const { store, engine } = openStore({ flushBytes: 1_000 });

  entry(store, 1, { a: "x".repeat(2_000) });
  await store.flush();

  expect(engine.batches).toHaveLength(1);
});

test("one batch is written at a time, and what comes meanwhile goes into the next", async () => {
  const { store, engine, clock } = openStore();
  engine.hold();
  entry(store, 1, { a: "1" });
  clock.advance(50);
  entry(store, 2, { a: "2", b: "2" });
  entry(store, 3, { c: "3" });
  clock.advance(500);

  expect(text(store.get("a"))).toBe("2");
  engine.let();
  await store.flush();

  expect(engine.batches.map((batch) => batch.map(({ key }) => key).join())).toEqual(["a", "a,b,c"]);
});

test("a View shows its moment after its generations were flushed and overwritten", async () => {
  const { store, engine, clock } = openStore();
  entry(store, 1, { a: "1", b: "1" });
  await store.flush();
  entry(store, 2, { b: "2", c: "2" });
  const view = store.view();
  entry(store, 3, { a: undefined, c: "3", d: "3" });
  engine.hold();
  clock.advance(50);
  entry(store, 4, { b: "4" });
  engine.let();
  await store.flush();
  await store.flush();

  expect(shown(await view.scan(ALL))).toBe("a=1,b=2,c=2");
  expect(shown(await view.scan({ ...ALL, reverse: true, limit: 2 }))).toBe("c=2,b=2");
  expect((await view.rows(["a", "b", "c", "d"])).map(text)).toEqual(["1", "2", "2", undefined]);
  expect(text(view.get("c"))).toBe("2");
  expect(store.stats().keptForViewsBytes).toBeGreaterThan(0);
  view.close();
  expect(store.stats()).toMatchObject({ keptForViewsBytes: 0, views: 0 });
});

test("deletions in memory do not shorten a scan", async () => {
  const { store } = openStore();
  const keys = Array.from({ length: 300 }, (_, at) => `k${at.toString().padStart(3, "0")}`);
  entry(store, 1, Object.fromEntries(keys.map((key) => [key, "1"])));
  await store.flush();
  entry(store, 2, Object.fromEntries(keys.slice(0, 295).map((key) => [key, undefined])));

  const first = await store.view().scan({ ...ALL, limit: 3 });
  const last = await store.view().scan({ ...ALL, limit: 3, reverse: true });

  expect(shown(first)).toBe("k295=1,k296=1,k297=1");
  expect(shown(last)).toBe("k299=1,k298=1,k297=1");
});

test("a row in memory waits for the rows of the engine that come before it", async () => {
  const { store } = openStore();
  entry(store, 1, { a: "1", b: "1", c: "1", x: "1", y: "1" });
  await store.flush();
  entry(store, 2, { a: undefined, b: undefined, d: "2", x: undefined, y: undefined, w: "2" });

  expect(shown(await store.view().scan({ ...ALL, limit: 2 }))).toBe("c=1,d=2");
  expect(shown(await store.view().scan({ ...ALL, limit: 2, reverse: true }))).toBe("w=2,d=2");
  expect(shown(await store.view().scan({ from: "a", to: "d", limit: 1, reverse: true }))).toBe(
    "c=1",
  );
});

test("a store above its bound is full until a batch has made room", async () => {
  const { store, engine } = openStore({ overlayBytesMax: 10_000, flushBytes: 1_000 });
  let told = 0;
  store.onSpace(() => told++);
  engine.hold();
  entry(store, 1, { a: "x".repeat(2_000) });
  expect(store.full).toBe(false);

  entry(store, 2, { b: "x".repeat(9_000) });

  expect(store.full).toBe(true);
  engine.let();
  await store.flush();
  expect(store.full).toBe(false);
  expect(told).toBe(1);
});

test("Views whose memory is needed give way, the oldest first", async () => {
  const { store } = openStore({ overlayBytesMax: 10_000, flushBytes: 1_000 });
  entry(store, 1, { a: "x".repeat(6_000) });
  const old = store.view();
  await store.flush();
  entry(store, 2, { b: "x".repeat(500) });
  const young = store.view();

  entry(store, 3, { c: "x".repeat(6_000) });

  expect(() => old.get("a")).toThrow(ViewExpiredError);
  expect(text(young.get("b"))).toHaveLength(500);
});

test("a View that is held too long expires", async () => {
  const { store, clock } = openStore({ viewMillisMax: 1_000 });
  const first = store.view();
  clock.advance(600);
  const second = store.view();

  clock.advance(500);

  expect(() => first.get("a")).toThrow(ViewExpiredError);
  await expect(first.scan(ALL)).rejects.toBeInstanceOf(ViewExpiredError);
  expect(second.get("a")).toBeUndefined();
  clock.advance(500);
  expect(() => second.get("a")).toThrow(ViewExpiredError);
  expect(store.stats().views).toBe(0);
});

test("more Views than there may be are refused, and closing one makes room", () => {
  const { store } = openStore({ viewsMax: 2 });
  const first = store.view();
  store.view();

  expect(() => store.view()).toThrow(TooManyViewsError);

  first.close();
  first.close();
  store.view();
  expect(store.stats().views).toBe(2);
});

test("a batch that fails stops the store, which still serves what it has", async () => {
  const { store, engine, clock } = openStore();
  const failures: unknown[] = [];
  store.onFailure((failure) => failures.push(failure));
  const full = new DiskFullError("state", { cause: undefined });
  engine.failWith = full;
  entry(store, 1, { a: "1" });
  clock.advance(50);

  await expect(store.flush()).rejects.toBeInstanceOf(StateFailedError);

  expect(failures).toEqual([full]);
  expect(() => store.commitPoint(2)).toThrow(StateFailedError);
  expect(text(store.get("a"))).toBe("1");
  expect(store.durableIndex).toBe(0);
});

test("a row written over and over keeps one version more than Views need", () => {
  const { store } = openStore({ flushBytes: 1e9 });
  store.view();
  entry(store, 1, { a: "0" });
  const view = store.view();
  const before = store.stats().overlayBytes;

  for (let index = 2; index < 1_000; index++) entry(store, index, { a: "1" });

  expect(store.stats().overlayBytes).toBeLessThan(before * 4);
  expect(text(view.get("a"))).toBe("0");
});

test("closing ends Views and waits for the batch under way", async () => {
  const { store, engine, clock } = openStore();
  entry(store, 1, { a: "1" });
  const view = store.view();
  clock.advance(50);

  await store.close();

  expect(engine.batches).toHaveLength(1);
  expect(() => view.get("a")).toThrow(ViewExpiredError);
});

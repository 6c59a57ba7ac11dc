import { FIRST_GROUP } from "@holdfast/base";
import { encodeBatch, type Operation, StateMachine } from "@holdfast/state-machine";
import { expect, onTestFinished, test } from "vitest";
import { SlowWorld, silent } from "../test/slow-world.ts";
import { Collector } from "./collector.ts";
import { PrefetchedRows } from "./prefetched-rows.ts";
import { Reader } from "./reader.ts";
import { ReplicaStoppedError, RequestTimedOutError } from "./replica-errors.ts";
import { runSteps } from "./run-steps.ts";
import { Slices } from "./slices.ts";

const SESSION = new Uint8Array(16).fill(7);
const OPTIONS = { sliceMs: 5, pendingReadsMax: 100, longReadsMax: 10 };

/** A machine on a store, its collector, and a driver that applies as the applier does. */
async function opened() {
  const world = new SlowWorld({ readMs: 0.005, turnsAway: 1 });
  const { store, clock, turn } = world;
  const rows = new PrefetchedRows(store);
  const machine = new StateMachine({ group: FIRST_GROUP, writer: rows });
  const slices = new Slices({ clock, turn, sliceMs: 5 });
  await world.until(Promise.resolve(runSteps(machine.open(), rows, slices)));
  const reader = new Reader({ store, clock, turn, options: OPTIONS });
  const failures: unknown[] = [];
  const collector = new Collector({
    machine,
    store,
    clock,
    logger: silent,
    read: (begin) => reader.read(begin),
    fail: (failure) => failures.push(failure),
  });
  onTestFinished(() => expect(failures).toEqual([]));
  let sequence = 0;
  const begin = (operations: readonly Operation[]) => {
    const batch = { session: SESSION, firstSequence: sequence, ackedBelow: sequence, operations };
    sequence += operations.length;
    const index = machine.applied.index + 1;
    return machine.apply({ index, term: 1, payload: encodeBatch(batch) });
  };
  const apply = async (...operations: readonly Operation[]) => {
    await world.until(Promise.resolve(runSteps(begin(operations), rows, slices)));
    store.commitPoint(machine.applied.index);
    collector.advanced();
  };
  await apply({ kind: "session-open" });
  return { world, machine, store, collector, reader, begin, apply };
}

function put(key: string): Operation {
  const bytes = new TextEncoder().encode(key);
  const none = { lease: 0n, prevKv: false, ignoreValue: false, ignoreLease: false };
  return { kind: "put", key: bytes, value: bytes, ...none };
}

/** Revisions 2 to 3,001, of which the last 10 are the latest of a key. */
async function filled(node: Awaited<ReturnType<typeof opened>>): Promise<void> {
  for (let at = 0; at < 3_000; at += 500) {
    await node.apply(...Array.from({ length: 500 }, (_, n) => put(`key${(at + n) % 10}`)));
  }
}

async function historyRows({ world, store, machine }: Awaited<ReturnType<typeof opened>>) {
  const view = store.view();
  const { historyPrefix: from, historyEnd: to } = machine.layout;
  const rows = await world.until(view.scan({ from, to, limit: 10_000 }));
  view.close();
  return rows.length;
}

test("what a compaction freed is collected by itself, and whoever waits is told then", async () => {
  const node = await opened();
  await filled(node);
  await node.apply({ kind: "compact", revision: 3_001 });
  expect(node.machine.collected).toBe(-1);

  await node.world.until(node.collector.collected(3_001, 60_000));

  expect(node.machine.collected).toBe(3_001);
  expect(await historyRows(node)).toBe(10);
  expect(node.store.stats().views).toBe(0);
});

test("nothing is written while an entry is half applied", async () => {
  const node = await opened();
  await filled(node);
  await node.apply({ kind: "compact", revision: 3_001 });
  const steps = node.begin([put("last")]);
  steps.next();

  for (let round = 0; round < 50; round++) await node.world.time.advance(10);

  expect(node.machine.isReady).toBe(false);
  expect(node.machine.collected).toBe(-1);
  expect(await historyRows(node)).toBe(3_000);
});

test("entries that are applied meanwhile do not disturb it", async () => {
  const node = await opened();
  await filled(node);
  await node.apply({ kind: "compact", revision: 3_001 });
  const collected = node.collector.collected(3_001, 60_000);

  for (let at = 0; at < 20; at++) await node.apply(put(`later${at}`));
  await node.world.until(collected);

  expect(await historyRows(node)).toBe(30);
});

test("a compaction that comes while another is collected is collected too", async () => {
  const node = await opened();
  await filled(node);
  await node.apply({ kind: "compact", revision: 1_000 });
  await node.apply({ kind: "compact", revision: 3_001 });

  await node.world.until(node.collector.collected(3_001, 60_000));

  expect(await historyRows(node)).toBe(10);
});

test("whoever waits longer than it may is told that the compaction stands", async () => {
  const node = await opened();
  const waiting = node.collector.collected(2, node.world.time.now() + 50);

  await expect(node.world.until(waiting)).rejects.toMatchObject({
    code: new RequestTimedOutError("", "applied").code,
    outcome: "applied",
  });
});

test("a stop ends it between two parts, and the waiting with it", async () => {
  const node = await opened();
  await filled(node);
  await node.apply({ kind: "compact", revision: 3_001 });
  const waiting = node.collector.collected(3_001, 60_000);
  waiting.catch(() => undefined);

  await node.world.until(node.collector.stop());
  const { collected } = node.machine;
  for (let round = 0; round < 20; round++) await node.world.time.advance(10);

  await expect(waiting).rejects.toBeInstanceOf(ReplicaStoppedError);
  expect(node.machine.collected).toBe(collected);
  expect(node.store.stats().views).toBe(0);
});

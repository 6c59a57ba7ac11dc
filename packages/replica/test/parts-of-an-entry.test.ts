import { FIRST_GROUP, fromByteString } from "@holdfast/base";
import { encodeBatch, type Operation, StateMachine } from "@holdfast/state-machine";
import { expect, test } from "vitest";
import { Applier } from "../src/applier.ts";
import { PrefetchedRows } from "../src/prefetched-rows.ts";
import { runSteps } from "../src/run-steps.ts";
import { Slices } from "../src/slices.ts";
import { SlowWorld } from "./slow-world.ts";

const RANGES = 12;
const KEYS_EACH = 200;
const OVERLAY_BYTES_MAX = 64 * 1024;
/** Turns of the event loop that a write of the disk takes: in as many all ranges are deleted. */
const WRITE_TURNS = 200;
const ALL = { from: "", to: "\xff\xff", limit: Number.POSITIVE_INFINITY };

/** What one of the ranges takes in the overlay when it is deleted: less than 1 KiB a key. */
const ONE_RANGE_BYTES = KEYS_EACH * 1024;

test("an entry that deletes much holds little more than the overlay and one operation in memory", async () => {
  const inParts = await deletedInOneEntry(KEYS_EACH / 2);
  const atOnce = await deletedInOneEntry(Number.POSITIVE_INFINITY);

  expect(inParts.mostBytes).toBeLessThan(OVERLAY_BYTES_MAX + 2 * ONE_RANGE_BYTES);
  expect(atOnce.mostBytes).toBeGreaterThan(2 * inParts.mostBytes);
  expect(inParts.current).toEqual([]);
  expect(atOnce.current).toEqual([]);
});

test("a stop does not wait for room that the state's disk never has", async () => {
  const { world, machine, rows } = await filled(KEYS_EACH / 2);
  const { clock, turn, store } = world;
  world.engine.writeDurably = () => new Promise(() => undefined);
  const index = machine.applied.index + 1;
  const applier = new Applier({
    machine,
    store,
    rows,
    clock,
    turn,
    sliceMs: 5,
    read: () => [{ index, term: 1, kind: "commands", payload: deletions() }],
    applied: () => undefined,
    advanced: () => undefined,
    fail: (failure) => expect.unreachable(String(failure)),
  });
  applier.applyTo(index);

  // It has begun, and has come to none of its parts' ends.
  await world.until(applier.stop());

  expect(applier.applied).toBe(index);
  expect(store.full).toBe(true);
});

interface Deleted {
  readonly mostBytes: number;
  /** Keys that are left. */
  readonly current: readonly string[];
}

async function deletedInOneEntry(partDeletions: number): Promise<Deleted> {
  const { world, machine, apply } = await filled(partDeletions);
  const { store, engine, turn } = world;
  // Applying is far ahead of the disk, unless it waits.
  const write = engine.writeDurably.bind(engine);
  engine.writeDurably = async (changes) => {
    for (let turns = 0; turns < WRITE_TURNS; turns++) await turn.next();
    await write(changes);
  };
  let mostBytes = 0;
  const remove = store.delete.bind(store);
  store.delete = (key) => {
    remove(key);
    mostBytes = Math.max(mostBytes, store.stats().overlayBytes);
  };

  await apply(deletions());

  const found = await world.until(engine.scan(ALL));
  await world.until(store.close());
  const { currentPrefix } = machine.layout;
  const current = found.map(({ key }) => key).filter((key) => key.startsWith(currentPrefix));
  return { mostBytes, current };
}

interface Stage {
  readonly world: SlowWorld;
  readonly machine: StateMachine;
  readonly rows: PrefetchedRows;
  /** Applies the next entry and makes it durable. */
  apply(payload: Uint8Array): Promise<void>;
}

/** A machine that holds the keys of all ranges. */
async function filled(partDeletions: number): Promise<Stage> {
  const world = new SlowWorld(
    { readMs: 0, turnsAway: 1 },
    { overlayBytesMax: OVERLAY_BYTES_MAX, flushBytes: 16 * 1024, flushDelayMs: 1 },
  );
  const { clock, turn, store } = world;
  const rows = new PrefetchedRows(store);
  const machine = new StateMachine({ group: FIRST_GROUP, writer: rows, partDeletions });
  const slices = new Slices({ clock, turn, sliceMs: 5 });
  await world.until(Promise.resolve(runSteps(machine.open(), rows, slices)));
  const apply = async (payload: Uint8Array): Promise<void> => {
    const index = machine.applied.index + 1;
    const steps = machine.apply({ index, term: 1, payload });
    await world.until(Promise.resolve(runSteps(steps, rows, slices)));
    store.commitPoint(index);
    await world.until(store.flush());
  };
  await apply(batch([{ kind: "session-open" }], 0));
  for (let range = 0; range < RANGES; range++) {
    await apply(batch(putsOf(range), 1 + range * KEYS_EACH));
  }
  return { world, machine, rows, apply };
}

/** One entry that deletes every range, each by an operation. */
function deletions(): Uint8Array {
  const operations = Array.from({ length: RANGES }, (_, range) => deletionOf(range));
  return batch(operations, 1 + RANGES * KEYS_EACH);
}

function batch(operations: readonly Operation[], firstSequence: number): Uint8Array {
  const session = new Uint8Array(16).fill(7);
  return encodeBatch({ session, firstSequence, ackedBelow: firstSequence, operations });
}

function putsOf(range: number): readonly Operation[] {
  return Array.from({ length: KEYS_EACH }, (_, at) => ({
    kind: "put",
    key: fromByteString(`${letter(range)}${at}`),
    value: fromByteString("v"),
    lease: 0n,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
  }));
}

function deletionOf(range: number): Operation {
  return {
    kind: "delete-range",
    key: fromByteString(letter(range)),
    rangeEnd: fromByteString(letter(range + 1)),
    prevKv: false,
  };
}

function letter(range: number): string {
  return String.fromCharCode("a".charCodeAt(0) + range);
}

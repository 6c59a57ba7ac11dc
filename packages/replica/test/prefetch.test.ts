import { FIRST_GROUP, fromByteString } from "@holdfast/base";
import type { Entry } from "@holdfast/raft";
import { encodeBatch, type Operation, StateMachine } from "@holdfast/state-machine";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Applier } from "../src/applier.ts";
import { PrefetchedRows } from "../src/prefetched-rows.ts";
import { runSteps } from "../src/run-steps.ts";
import { Slices } from "../src/slices.ts";
import type { LaggingEngine } from "./lagging-engine.ts";
import { SlowWorld } from "./slow-world.ts";

const SESSION = new Uint8Array(16).fill(7);
const ALL = { from: "", to: "\uffff", limit: Number.POSITIVE_INFINITY };

/** Puts of few keys, so that a group writes what the next one has fetched. */
const puts = fc.array(fc.array(fc.nat(400), { minLength: 60, maxLength: 120, size: "max" }), {
  minLength: 12,
  maxLength: 30,
  size: "max",
});

test("what is fetched ahead is never older than what would be read", {
  timeout: 30_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(puts, fc.nat(30), async (batches, turnsAway) => {
      const direct = await replayed(batches, { readMs: 0, turnsAway: 0, ahead: false });
      const ahead = await replayed(batches, { readMs: 2, turnsAway });

      expect(ahead.rows).toEqual(direct.rows);
    }),
    { numRuns: 30, interruptAfterTimeLimit: 20_000 },
  );
});

test("entries that touch many rows of a slow engine are applied from memory", async () => {
  const many = Array.from({ length: 20 }, () => Array.from({ length: 500 }, (_, at) => at));

  const { engine } = await replayed(many, { readMs: 2, turnsAway: 1 });

  expect(engine.rowsReadElsewhere).toBeGreaterThan(400);
  expect(engine.readsInTurn).toBeLessThan(40);
});

test("a slow engine is read off the event loop, but for the tries that found it out", async () => {
  const few = Array.from({ length: 400 }, (_, batch) => [batch % 50, (batch * 7) % 50]);

  const { engine, longestTurnMs } = await replayed(few, { readMs: 3, turnsAway: 1 });

  expect(engine.readsInTurn).toBeLessThan(40);
  expect(longestTurnMs).toBeLessThan(5 + 3);
});

test("whatever an entry asks of a slow engine, a turn is held for a slice and one read at most", async () => {
  const wide = Array.from({ length: 30 }, (_, at) =>
    Array.from({ length: 1 + ((at * 37) % 60) }, (_unused, key) => (at * 61 + key * 7) % 401),
  );

  for (const readMs of [0.25, 0.75, 2, 20]) {
    const { longestTurnMs } = await replayed(wide, { readMs, turnsAway: 3 });
    expect(longestTurnMs).toBeLessThanOrEqual(5 + readMs);
  }
});

interface Replay {
  readonly engine: LaggingEngine;
  readonly rows: readonly string[];
  readonly longestTurnMs: number;
}

/** Applies batches of puts on a store that flushes whenever it can, and reads all rows back. */
async function replayed(
  batches: readonly (readonly number[])[],
  lag: { readonly readMs: number; readonly turnsAway: number; readonly ahead?: boolean },
): Promise<Replay> {
  const world = new SlowWorld({ ...lag }, { flushBytes: 1, flushDelayMs: 1 });
  const { clock, turn, store, engine } = world;
  const rows = new PrefetchedRows(store);
  const machine = new StateMachine({ group: FIRST_GROUP, writer: rows });
  const slices = new Slices({ clock, turn, sliceMs: 5 });
  await world.until(Promise.resolve(runSteps(machine.open(), rows, slices)));
  const entries = entriesOf(batches);
  if (lag.ahead === false) {
    for (const { index, term, payload } of entries) {
      const applied = runSteps(machine.apply({ index, term, payload }), rows, slices);
      await world.until(Promise.resolve(applied));
      store.commitPoint(index);
      await world.time.advance(1);
    }
  } else await world.until(appliedAhead(world, { machine, rows, entries }));
  expect(machine.applied.index).toBe(entries.length);
  await world.until(store.flush());
  const all = await world.until(engine.scan(ALL));
  await world.until(store.close());
  return {
    engine,
    rows: all.map(({ key, value }) => `${key}=${Buffer.from(value).toString("hex")}`),
    longestTurnMs: world.longestTurnMs,
  };
}

/** Has an applier apply all entries. */
function appliedAhead(
  { clock, turn, store }: SlowWorld,
  state: {
    readonly machine: StateMachine;
    readonly rows: PrefetchedRows;
    readonly entries: readonly Entry[];
  },
): Promise<void> {
  const { machine, rows, entries } = state;
  return new Promise((resolve, reject) => {
    const applier = new Applier({
      machine,
      store,
      rows,
      clock,
      turn,
      sliceMs: 5,
      read: (from, to) => entries.slice(from - 1, to),
      applied: () => undefined,
      advanced: (index) => {
        if (index === entries.length) resolve();
      },
      fail: reject,
    });
    applier.applyTo(entries.length);
  });
}

function entriesOf(batches: readonly (readonly number[])[]): readonly Entry[] {
  let sequence = 1;
  const opening = batchOf(0, [{ kind: "session-open" }]);
  const writes = batches.map((keys) => {
    const first = sequence;
    sequence += keys.length;
    return batchOf(
      first,
      keys.map((key, at) => putOf(`k${key}`, `v${first + at}`)),
    );
  });
  return [opening, ...writes].map((payload, at) => ({
    index: at + 1,
    term: 1,
    kind: "commands",
    payload,
  }));
}

function batchOf(firstSequence: number, operations: readonly Operation[]): Uint8Array {
  return encodeBatch({
    session: SESSION,
    firstSequence,
    ackedBelow: firstSequence,
    operations,
  });
}

function putOf(key: string, value: string): Operation {
  return {
    kind: "put",
    key: fromByteString(key),
    value: fromByteString(value),
    lease: 0n,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
  };
}

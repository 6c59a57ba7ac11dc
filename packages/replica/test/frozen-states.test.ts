import { fromByteString, toByteString } from "@holdfast/base";
import { type Engine, MemoryEngine, StagedState } from "@holdfast/storage";
import { expect, onTestFinished, test } from "vitest";
import {
  OverloadedError,
  ReplicaStoppedError,
  RequestTimedOutError,
} from "../src/replica-errors.ts";
import {
  FROZEN_IDLE_MS,
  FROZEN_MAX,
  type FrozenState,
  FrozenStates,
} from "../src/snapshot/frozen-states.ts";
import { openAppliedState } from "../src/state-at-work.ts";
import { fingerprint, madeState, putEntries, stateParts } from "./made-state.ts";
import { ManualTime } from "./manual-time.ts";
import { MemoryDisk } from "./memory-disk.ts";

const FAR = 1_000_000;

async function world(entries = 50) {
  const time = new ManualTime();
  const disk = new MemoryDisk();
  const state = await madeState(putEntries(entries), time, disk);
  const applied = { index: state.machine.applied.index };
  const states = new FrozenStates({
    ...state,
    clock: time,
    turn: time,
    bytesPerSecond: Number.POSITIVE_INFINITY,
    applied: () => applied.index,
  });
  onTestFinished(() => time.until(states.stop()));
  return { time, disk, state, states, applied };
}

/** All of a frozen state, put into another engine. */
async function copied(frozen: FrozenState, time: ManualTime): Promise<Engine> {
  const engine = new MemoryEngine();
  const staged = new StagedState({ engine, turn: time });
  while (!staged.isWhole) await time.until(staged.take(await time.until(frozen.next())));
  return engine;
}

test("what was frozen is all that was applied, and nothing that came later", async () => {
  const { time, state, states } = await world();
  const before = await fingerprint(state, time);

  const frozen = await time.until(states.open(FAR));
  state.store.put("\0\0\x7flater", fromByteString("later"));
  state.store.commitPoint(state.machine.applied.index);
  await time.until(state.store.flush());
  const engine = await copied(frozen, time);

  expect(frozen.revision).toBe(state.machine.revision);
  const parts = { ...stateParts(time, new MemoryDisk()), openEngine: async () => engine };
  const copy = await openAppliedState("state.1", parts);
  expect(await fingerprint(copy, time)).toBe(before);
});

test("what is applied and not durable yet is waited for", async () => {
  const { time, state, states } = await world();
  let isDurable = false;
  state.store.onDurable(() => {
    isDurable = true;
  });
  state.store.put("\0\0\x7fnew", fromByteString("new"));
  state.store.commitPoint(state.machine.applied.index);

  const frozen = await time.until(states.open(FAR));

  expect(isDurable).toBe(true);
  const engine = await copied(frozen, time);
  expect(toByteString(engine.getSync("\0\0\x7fnew") ?? new Uint8Array(0))).toBe("new");
});

test("what does not become durable in time is not frozen", async () => {
  const { time, states, applied } = await world();
  applied.index += 1;

  const opening = states.open(time.now() + 100);

  await expect(time.until(opening)).rejects.toBeInstanceOf(RequestTimedOutError);
});

test("so many are frozen at a time, and another once one is closed", async () => {
  const { time, states } = await world();
  const all = await Promise.all(
    Array.from({ length: FROZEN_MAX }, () => time.until(states.open(FAR))),
  );

  await expect(states.open(FAR)).rejects.toBeInstanceOf(OverloadedError);
  await time.until(all[0]?.close() ?? Promise.resolve());

  await expect(time.until(states.open(FAR))).resolves.toMatchObject({ appliedIndex: 50 });
});

test("one that nobody reads on is closed, and says so", async () => {
  const { time, states } = await world();
  const frozen = await time.until(states.open(FAR));

  await time.advance(FROZEN_IDLE_MS + 1);

  await expect(time.until(frozen.next())).rejects.toBeInstanceOf(RequestTimedOutError);
});

test("a state that ends ends its copies first, and those that were being opened", async () => {
  const { time, states, applied } = await world();
  const frozen = await time.until(states.open(FAR));
  applied.index += 1;
  const opening = states.open(FAR).catch((failure: unknown) => failure);

  await time.until(states.stop());

  await expect(time.until(frozen.next())).rejects.toBeInstanceOf(ReplicaStoppedError);
  expect(await opening).toBeInstanceOf(ReplicaStoppedError);
  expect(time.timers).toBe(0);
});

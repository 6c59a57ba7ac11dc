import { type MemberId, pause, type Steps } from "@holdfast/base";
import type { OperationResult, StatePoint } from "@holdfast/state-machine";
import { expect, test } from "vitest";
import type { AppliedBatch } from "../src/applier.ts";
import type { PeerMessage } from "../src/ports/peer-network.ts";
import { Proposer } from "../src/proposals/proposer.ts";
import type { AppliedState } from "../src/state-at-work.ts";
import { fingerprint, madeState, putEntries, SESSION } from "./made-state.ts";
import { ManualTime } from "./manual-time.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { type LifeOptions, StoreLife } from "./store-life.ts";

const ENTRIES = putEntries(320, { valueBytes: 3_000 });
/** What this store had applied by itself. */
const OLD = 40;
/** Where the leader's state stands. */
const NEW = 300;
const LEADER = 9 as MemberId;

interface World {
  readonly time: ManualTime;
  readonly disk: MemoryDisk;
  readonly life: StoreLife;
  readonly leader: AppliedState;
  /** Fingerprints of what a store may hold. */
  readonly old: string;
  readonly new: string;
}

async function world(options: LifeOptions = {}): Promise<World> {
  const time = new ManualTime();
  const disk = new MemoryDisk();
  const life = await StoreLife.open(disk, time, options);
  await life.take(ENTRIES.slice(0, OLD));
  const leader = await madeState(ENTRIES.slice(0, NEW), time, new MemoryDisk());
  const old = await fingerprint(life.current.state, time);
  return { time, disk, life, leader, old, new: await fingerprint(leader, time) };
}

test("an installed state takes the place of state and log in one write", async () => {
  const { time, disk, life, leader, ...states } = await world();

  await life.stage(leader.engine.snapshot());
  expect(await fingerprint(life.current.state, time)).toBe(states.old);
  await life.install(leader.machine.applied, ENTRIES.slice(NEW, NEW + 5));

  expect(await fingerprint(life.current.state, time)).toBe(states.new);
  expect(life.log.head(1)).toMatchObject({ compacted: { index: NEW }, stateDirectory: "state.2" });
  expect(life.log.lastIndex(1)).toBe(NEW + 5);
  expect(await disk.states()).toEqual(["state.2"]);
  expect([...disk.open]).toEqual([
    ["state.1", 0],
    ["state.2", 1],
  ]);
  life.current.applyTo(NEW + 5);
  await time.advance(5);
  expect(life.current.applied).toBe(NEW + 5);
  expect(life.failures).toEqual([]);
});

test("who follows revisions is told of an installed state before what comes after it", async () => {
  const told: (number | string)[] = [];
  // Each entry but the first makes a revision, and a store begins at 1.
  const { time, life, leader } = await world({
    at: (event) => {
      if (event === "frame durable") life.current.applyTo(NEW + 2);
      else told.push(event);
    },
    published: (revision) => told.push(revision),
    inMemory: ENTRIES.slice(NEW, NEW + 5),
  });
  await life.stage(leader.engine.snapshot());
  told.length = 0;

  await life.install(leader.machine.applied, ENTRIES.slice(NEW, NEW + 5));
  await time.advance(5);

  expect(told).toEqual(["state in use", NEW + 1, NEW + 2]);
});

test("struck down at any step, a store starts with the old state or the new one, whole, and goes on", {
  timeout: 30_000,
}, async () => {
  const crashes: {
    readonly when: string;
    readonly disk: MemoryDisk;
    readonly installed: boolean;
  }[] = [];
  const strike = (when: string, installed: boolean): void => {
    crashes.push({ when, disk: disk.clone(), installed });
  };
  const { time, disk, life, leader, ...states } = await world({
    at: (event) => strike(event, true),
  });
  disk.beforeBatch = async (directory) => {
    if (directory !== "state.1") strike(`before a batch of ${directory}`, false);
  };
  await life.stage(leader.engine.snapshot());
  strike("stage whole", false);
  const before = disk.clone();
  await life.install(leader.machine.applied, ENTRIES.slice(NEW, NEW + 5));
  strike("all done", true);
  for (const [at, torn] of tornFrames(before, disk).entries()) {
    crashes.push({ when: `frame torn ${at}`, disk: torn, installed: false });
  }

  expect(crashes.map(({ when }) => when)).toEqual(
    expect.arrayContaining([
      "before a batch of state.2",
      "frame durable",
      "state in use",
      "frame torn 7",
    ]),
  );
  const finalState = await madeState(ENTRIES, time, new MemoryDisk());
  const final = await fingerprint(finalState, time);
  for (const crash of crashes) {
    const next = await StoreLife.open(crash.disk, time);
    const directory = crash.installed ? "state.2" : "state.1";
    expect([crash.when, await fingerprint(next.current.state, time)]).toEqual([
      crash.when,
      crash.installed ? states.new : states.old,
    ]);
    expect([crash.when, await crash.disk.states()]).toEqual([crash.when, [directory]]);

    await next.take(ENTRIES.slice(next.log.lastIndex(1)));
    expect([crash.when, await fingerprint(next.current.state, time)]).toEqual([crash.when, final]);
    await next.stop();
  }
});

test("a store that was struck down after an installation can install again", async () => {
  const { time, disk, life, leader } = await world();
  await life.stage(leader.engine.snapshot());
  await life.install(leader.machine.applied);

  const again = await StoreLife.open(disk.clone(), time);
  const later = await madeState(ENTRIES, time, new MemoryDisk());
  await again.stage(later.engine.snapshot());
  await again.install(later.machine.applied);

  expect(await fingerprint(again.current.state, time)).toBe(await fingerprint(later, time));
  expect(again.log.head(1).stateDirectory).toBe("state.3");
});

test("a read that began on the replaced state is answered from the new one", async () => {
  const { time, life, leader } = await world();
  await life.stage(leader.engine.snapshot());
  const seen: number[] = [];
  function* slow({ revision }: StatePoint): Steps<number> {
    seen.push(revision);
    for (let step = 0; step < 40; step++) yield* pause();
    yield { kind: "rows", keys: ["a row that is nowhere in memory"] };
    return revision;
  }
  const reading = life.current.read(slow);
  for (let step = 0; step < 3; step++) await Promise.resolve();

  await life.install(leader.machine.applied);

  expect(await time.until(reading)).toBe(leader.machine.revision);
  expect(seen.length).toBe(2);
  expect(life.failures).toEqual([]);
});

test("a wait for a collection goes on with the new state", async () => {
  const { time, life, leader } = await world();
  await life.stage(leader.engine.snapshot());
  const collected = life.current.collected(5, time.now() + 50);
  const ended = collected.catch((failure: { readonly code?: string }) => failure.code);

  await life.install(leader.machine.applied);

  // Nothing was compacted, so nobody collects; what matters is that nobody says that the node stopped.
  expect(await time.until(ended)).toBe("REQUEST_TIMED_OUT");
});

test("entries that were committed before the snapshot are not applied behind it", async () => {
  const applied: AppliedBatch[] = [];
  const { time, life, leader } = await world({ applied: (batch) => applied.push(batch) });
  await life.stage(leader.engine.snapshot());
  const before = applied.length;

  life.current.applyTo(OLD);
  await life.install(leader.machine.applied);
  life.current.applyTo(NEW);
  await time.advance(10);

  expect(applied.length).toBe(before);
  expect(life.current.applied).toBe(NEW);
  expect(life.failures).toEqual([]);
});

test("a proposal that was applied inside the snapshot is answered when it is asked again", async () => {
  const sent: PeerMessage[] = [];
  const time = new ManualTime();
  const proposer = new Proposer({
    self: 5 as MemberId,
    clock: time,
    pendingOperationsMax: 100,
    pendingBytesMax: 1_000_000,
    retryMs: 1_000,
    sweepMs: 100,
    leader: () => LEADER,
    term: () => 1,
    isBehind: () => false,
    intake: () => "open",
    shortage: () => undefined,
    propose: () => undefined,
    send: (_to, message) => sent.push(message),
  });
  const { life, leader } = await world({ applied: (batch) => proposer.applied(batch) });
  const entry = ENTRIES[199];
  if (entry === undefined) throw new Error("there are more entries");
  const answer = new Promise<readonly OperationResult[]>((settle, fail) => {
    const session = String.fromCharCode(...SESSION);
    const batch = { session, firstSequence: 199, count: 1, bytes: entry.payload, deadline: 60_000 };
    const sending = { timesSent: 0, timesRefused: 0, sentAt: 0, acceptedInTerm: undefined };
    proposer.add({ ...batch, ...sending, settle, fail });
  });
  await life.stage(leader.engine.snapshot());
  await life.install(leader.machine.applied);

  proposer.sendAgain();
  expect(sent.length).toBe(2);
  // The leader takes it as any other entry.
  await life.take([{ ...entry, index: NEW + 1 }]);

  const [result] = await answer;
  expect(result).toMatchObject({ kind: "put", revision: 200 });
  expect(life.current.state.machine.revision).toBe(leader.machine.revision);
});

/** Disks on which only a part of the last write arrived: each of its sectors missing once, then all but the first. */
function tornFrames(before: MemoryDisk, after: MemoryDisk): readonly MemoryDisk[] {
  const torn: MemoryDisk[] = [];
  for (const path of before.files.paths().filter((name) => /\/[0-9a-f]{16}\.wal$/.test(name))) {
    const old = before.files.bytes(path);
    const written = after.files.bytes(path);
    const sectors = Array.from({ length: written.length / 512 }, (_, at) => at * 512).filter(
      (at) => Buffer.compare(old.subarray(at, at + 512), written.subarray(at, at + 512)) !== 0,
    );
    const without = (missing: readonly number[]): void => {
      const disk = before.clone();
      const bytes = Uint8Array.from(written);
      for (const at of missing) bytes.set(old.subarray(at, at + 512), at);
      disk.files.replace(path, bytes);
      torn.push(disk);
    };
    for (const at of sectors) without([at]);
    without(sectors.slice(1));
  }
  return torn;
}

import { SeededRandom } from "@holdfast/base";
import { SNAPSHOT_LIMITS } from "@holdfast/storage";
import { type Crash, CrashDisk, type Lie } from "@holdfast/storage/faults";
import { expect, test } from "vitest";
import type { AppliedState } from "../src/state-at-work.ts";
import { fingerprint, madeState, putEntries } from "./made-state.ts";
import { ManualTime } from "./manual-time.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { StoreLife } from "./store-life.ts";

const ENTRIES = putEntries(40, { valueBytes: 300 });
/** What this store had applied by itself. */
const OLD = 8;
/** Where the leader's state stands. */
const NEW = 30;
/** What comes behind it, in the same write of the log. */
const BEHIND = ENTRIES.slice(NEW, NEW + 3);

/** So that a state comes in many chunks, and its write begins a segment. */
const SMALL = {
  segmentBytes: 6 * 1024,
  limits: { ...SNAPSHOT_LIMITS, chunkBytes: 512, batchBytes: 1_024 },
};

interface Leader {
  readonly state: AppliedState;
  /** Fingerprints of what a store may hold. */
  readonly old: string;
  readonly new: string;
  readonly final: string;
}

async function newLeader(time: ManualTime): Promise<Leader> {
  const made = (count: number) => madeState(ENTRIES.slice(0, count), time, new MemoryDisk());
  const shown = async (count: number) => fingerprint(await made(count), time);
  return {
    state: await made(NEW),
    old: await shown(OLD),
    new: await shown(NEW),
    final: await shown(ENTRIES.length),
  };
}

interface Installation {
  readonly disk: CrashDisk;
  /** Changes of the disk from the first chunk to the removal of the replaced state. */
  readonly changes: number;
  /** Whether the log was told to be durable with the new state in it. */
  readonly acknowledged: boolean;
}

/** An installation that a crash ends at its change `at`, if it has so many. */
async function install(
  leader: Leader,
  time: ManualTime,
  given: {
    readonly seed: number;
    readonly at: number;
    readonly crash: Crash;
    readonly lies?: readonly Lie[];
  },
): Promise<Installation> {
  const disk = new CrashDisk({ ...given, random: new SeededRandom(given.seed) });
  let acknowledged = false;
  const life = await StoreLife.open(disk.boot(), time, {
    ...SMALL,
    at: (event) => {
      acknowledged ||= event === "frame durable";
    },
  });
  await life.take(ENTRIES.slice(0, OLD));
  const before = disk.operations;
  disk.crashAt(given.at, given.crash);
  try {
    await life.stage(leader.state.engine.snapshot());
    await life.install(leader.state.machine.applied, BEHIND);
    await time.advance(100);
  } catch (failure) {
    if (disk.isUp) throw failure;
  }
  const changes = disk.operations - before;
  if (disk.isUp) disk.crash(given.crash);
  return { disk, changes, acknowledged };
}

/** Starts until a start is not struck down; at first after few changes, then after more. */
async function start(disk: CrashDisk, time: ManualTime, crash: Crash): Promise<StoreLife> {
  for (let at = 0; ; at++) {
    disk.crashAt(at, crash);
    try {
      const life = await StoreLife.open(disk.boot(), time, SMALL);
      disk.crashAt(Number.POSITIVE_INFINITY, crash);
      if (disk.isUp) return life;
    } catch (failure) {
      if (disk.isUp) throw failure;
    }
  }
}

/**
 * Crashes an installation at each of its changes of the disk, and starts; tells what
 * was wrong first.
 */
async function firstBroken(given: {
  readonly crash: Crash;
  readonly seeds: readonly number[];
  readonly lies?: readonly Lie[];
  readonly found?: (state: "old" | "new") => void;
}): Promise<string | undefined> {
  const time = new ManualTime();
  const leader = await newLeader(time);
  for (const seed of given.seeds) {
    let changes = 1;
    for (let at = 0; at <= changes; at++) {
      const installation = await install(leader, time, { ...given, seed, at });
      // The changes of one that goes on after the last are all that there are.
      changes = Math.max(changes, installation.changes);
      try {
        const state = await check(leader, time, { ...installation, crash: given.crash });
        given.found?.(state);
      } catch (failure) {
        return `${given.crash} at change ${at}, seed ${seed}: ${failure}`;
      }
    }
  }
  return undefined;
}

async function check(
  leader: Leader,
  time: ManualTime,
  given: Installation & { readonly crash: Crash },
): Promise<"old" | "new"> {
  const life = await start(given.disk, time, given.crash);
  const state = await fingerprint(life.current.state, time);
  const isNew = state === leader.new;
  if (!isNew) expect(state).toBe(leader.old);
  if (given.acknowledged) expect(isNew).toBe(true);
  expect(life.log.lastIndex(1)).toBe(isNew ? NEW + BEHIND.length : OLD);

  await life.take(ENTRIES.slice(life.log.lastIndex(1)));
  expect(await fingerprint(life.current.state, time)).toBe(leader.final);
  await life.stop();
  return isNew ? "new" : "old";
}

test.each<{ readonly crash: Crash; readonly seeds: readonly number[] }>([
  { crash: "kill", seeds: [1] },
  { crash: "power cut", seeds: [1, 2, 3, 4] },
])(
  "a $crash at any change of the disk leaves the old state or the new one, whole",
  {
    timeout: 60_000,
  },
  async (given) => {
    const count = { old: 0, new: 0 };

    expect(await firstBroken({ ...given, found: (state) => count[state]++ })).toBeUndefined();

    expect(count.old).toBeGreaterThan(8 * given.seeds.length);
    expect(count.new).toBeGreaterThan(given.seeds.length);
  },
);

test.each<{ readonly lies: readonly Lie[] }>([
  { lies: ["writes"] },
  { lies: ["directories"] },
  { lies: ["batches"] },
])("on a disk that only claims to sync $lies it is seen", { timeout: 60_000 }, async ({ lies }) => {
  expect(await firstBroken({ crash: "power cut", seeds: [1, 2, 3, 4], lies })).toMatch(/seed/);
});

import { below, type MemberId, type Random, SeededRandom } from "@holdfast/base";
import type { HardState } from "@holdfast/raft";
import { LogFailedError, SNAPSHOT_LIMITS, StateFailedError } from "@holdfast/storage";
import { type Crash, CrashDisk, DiskError, type Lie } from "@holdfast/storage/faults";
import { beforeAll, expect, test } from "vitest";
import type { AppliedState } from "../src/state-at-work.ts";
import { fingerprint, madeState, putEntries } from "./made-state.ts";
import { ManualTime } from "./manual-time.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { StoreLife } from "./store-life.ts";

const ENTRIES = putEntries(120, { valueBytes: 150 });
const CRASHES = 5;
const SEEDS = 120;
/** So many lives must show that a disk does not keep what it says. */
const LYING_SEEDS = 10;
const FIRST_SEED = Number(process.env["HOLDFAST_SEED"] ?? 1);
const SMALL = {
  segmentBytes: 8 * 1024,
  limits: { ...SNAPSHOT_LIMITS, chunkBytes: 2_048, batchBytes: 4_096 },
};

/** What a state is that was applied up to an index, by that index. */
const fingerprints: string[] = [];
/** States that a leader has to offer, by what they are applied up to. */
const leaders = new Map<number, AppliedState>();

beforeAll(async () => {
  const time = new ManualTime();
  const life = await StoreLife.open(new MemoryDisk(), time);
  fingerprints.push(await fingerprint(life.current.state, time));
  for (const entry of ENTRIES) {
    await life.take([entry]);
    fingerprints.push(await fingerprint(life.current.state, time));
  }
  for (const index of [30, 60, 90]) {
    leaders.set(index, await madeState(ENTRIES.slice(0, index), time, new MemoryDisk()));
  }
}, 60_000);

/** A store from its first start on, with its log writer, its applier and its installations. */
class StoreLives {
  readonly #random: Random;
  readonly #disk: CrashDisk;
  readonly #time = new ManualTime();
  /** What was acknowledged, and what a write under way may have made of it. */
  #last = { acknowledged: 0, attempted: 0 };
  #hardStates: HardState[] = [{ term: 0, vote: undefined, commit: 0 }];
  #durable = 0;
  readonly report = { compactions: 0, installations: 0, replayed: 0, stops: 0 };

  constructor(seed: number, lies: readonly Lie[]) {
    this.#random = new SeededRandom(seed);
    this.#disk = new CrashDisk({ random: new SeededRandom(seed + 1e9), lies });
  }

  async untilCrash(): Promise<void> {
    const crash: Crash = below(this.#random, 3) === 0 ? "kill" : "power cut";
    this.#disk.crashAt(below(this.#random, 50), crash);
    if (below(this.#random, 3) === 0) this.#disk.failAt(below(this.#random, 50));
    try {
      const life = await StoreLife.open(this.#disk.boot(), this.#time, SMALL);
      await this.#check(life);
      while (this.#disk.isUp) {
        await this.#act(life);
        this.#durable = Math.max(this.#durable, life.durable);
        // A replica whose disk has failed stops, and so does its process.
        if (life.failures.length > 0) throw life.failures[0];
      }
    } catch (failure) {
      if (isAssertion(failure) || (this.#disk.isUp && !isDiskFailure(failure))) throw failure;
      if (this.#disk.isUp) this.report.stops++;
    }
    if (this.#disk.isUp) this.#disk.crash(crash);
    // What is still under way meets the end of the process.
    await this.#time.advance(100);
  }

  async #check({ log, current }: StoreLife): Promise<void> {
    const last = log.lastIndex(1);
    const { hardState } = log.head(1);
    expect(last).toBeGreaterThanOrEqual(this.#last.acknowledged);
    expect(last).toBeLessThanOrEqual(this.#last.attempted);
    expect(this.#hardStates).toContainEqual(hardState);
    expect(current.applied).toBeGreaterThanOrEqual(this.#durable);
    const found = await fingerprint(current.state, this.#time);
    expect(found).toBe(fingerprints[current.applied]);
    this.report.replayed += last - current.applied;
    this.#durable = current.applied;
    this.#last = { acknowledged: last, attempted: last };
    this.#hardStates = [hardState];
  }

  async #act(life: StoreLife): Promise<void> {
    const action = below(this.#random, 20);
    if (action < 7) await this.#append(life);
    else if (action < 12) await life.apply(below(this.#random, this.#last.acknowledged + 1));
    else if (action < 14) await this.#time.advance(60);
    else if (action < 15) await life.flush();
    else if (action < 17) await this.#compact(life);
    else if (action < 19) await this.#vote(life);
    else await this.#install(life);
  }

  async #append(life: StoreLife): Promise<void> {
    const { acknowledged: from } = this.#last;
    const entries = ENTRIES.slice(from, from + 1 + below(this.#random, 6));
    if (entries.length === 0) return;
    await this.#write(from + entries.length, () => life.append(entries));
  }

  async #write(last: number, write: () => Promise<void>): Promise<void> {
    this.#last = { ...this.#last, attempted: last };
    const [{ term, vote } = { term: 0, vote: undefined }] = this.#hardStates;
    // The first entry brings its term.
    this.#hardStates.push({ term: Math.max(1, term), vote, commit: 0 });
    await write();
    this.#last = { acknowledged: last, attempted: last };
    this.#hardStates = this.#hardStates.slice(-1);
  }

  async #compact(life: StoreLife): Promise<void> {
    const { compacted } = life.log.head(1);
    const room = Math.max(life.durable, this.#durable) - compacted.index;
    if (room <= 0) return;
    const index = compacted.index + 1 + below(this.#random, room);
    await this.#write(this.#last.acknowledged, () => life.compact({ index, term: 1 }));
    this.report.compactions++;
  }

  async #vote(life: StoreLife): Promise<void> {
    const term = life.log.head(1).hardState.term + 1;
    const hardState = { term, vote: (1 + below(this.#random, 5)) as MemberId, commit: 0 };
    this.#hardStates = [...this.#hardStates, hardState];
    await life.vote(hardState);
    this.#hardStates = [hardState];
  }

  async #install(life: StoreLife): Promise<void> {
    const [index, leader] =
      [...leaders].find(([applied]) => applied > this.#last.acknowledged) ?? [];
    if (leader === undefined || index === undefined) return;
    await life.stage(leader.engine.snapshot());
    await this.#write(index, () => life.install(leader.machine.applied));
    if (life.current.applied === index) this.report.installations++;
  }
}

function isAssertion(failure: unknown): boolean {
  return failure instanceof Error && failure.name === "AssertionError";
}

function isDiskFailure(failure: unknown): boolean {
  return [LogFailedError, StateFailedError, DiskError].some((kind) => failure instanceof kind);
}

async function firstBroken(given: {
  readonly seeds: number;
  readonly lies?: readonly Lie[];
  readonly lived?: (report: StoreLives["report"]) => void;
}): Promise<string | undefined> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + given.seeds; seed++) {
    const lives = new StoreLives(seed, given.lies ?? []);
    try {
      for (let crash = 0; crash < CRASHES; crash++) await lives.untilCrash();
      given.lived?.(lives.report);
    } catch (failure) {
      return `HOLDFAST_SEED=${seed}: ${failure}`;
    }
  }
  return undefined;
}

test("whenever a store is killed or power cut, it starts with all that it acknowledged, and replays the rest", {
  timeout: 60_000,
}, async () => {
  const sum = { compactions: 0, installations: 0, replayed: 0, stops: 0 };
  const lived = (report: StoreLives["report"]): void => {
    for (const of of Object.keys(sum) as (keyof typeof sum)[]) sum[of] += report[of];
  };

  expect(await firstBroken({ seeds: SEEDS, lived })).toBeUndefined();

  // Nothing is proven by lives in which nothing happened.
  expect(sum.compactions).toBeGreaterThan(SEEDS);
  expect(sum.installations).toBeGreaterThan(SEEDS / 4);
  expect(sum.stops).toBeGreaterThan(SEEDS / 4);
  expect(sum.replayed).toBeGreaterThan(SEEDS * 5);
});

test.each<{ readonly lies: readonly Lie[] }>([
  { lies: ["writes", "files", "directories", "batches"] },
  { lies: ["writes"] },
  { lies: ["files"] },
  { lies: ["directories"] },
  { lies: ["batches"] },
])("on a disk that only claims to sync $lies it is seen", { timeout: 60_000 }, async ({ lies }) => {
  expect(await firstBroken({ seeds: LYING_SEEDS, lies })).toMatch(/^HOLDFAST_SEED=/);
});

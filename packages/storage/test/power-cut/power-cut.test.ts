import { expect, test } from "vitest";
import type { Lie } from "../../src/faults/disk-access.ts";
import * as storage from "../../src/index.ts";
import { CRASHES, type DiskLifeOptions, type LifeReport, runDiskLife } from "./disk-life.ts";
import { storageWith } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

/** One life of a store each, with {@link CRASHES}. */
const SEEDS = 150;
const FIRST_SEED = Number(process.env["HOLDFAST_SEED"] ?? 1);

/** Lives until one shows a broken promise: its seed and what broke. */
async function firstBroken(
  options: Omit<DiskLifeOptions, "seed">,
  seeds: number,
  lived: (report: LifeReport) => void = () => undefined,
): Promise<string | undefined> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
    try {
      lived(await runDiskLife({ ...options, seed }));
    } catch (failure) {
      return `HOLDFAST_SEED=${seed}: ${failure instanceof Error ? failure.message : failure}`;
    }
  }
  return undefined;
}

test("whenever a process is killed or power cut, all that was acknowledged is there", {
  timeout: 60_000,
}, async () => {
  const sum = {
    powerCuts: 0,
    kills: 0,
    stops: 0,
    crashesAtStart: 0,
    acknowledgedWrites: 0,
    durableBatches: 0,
    tornLogs: 0,
    retiredSegments: 0,
  };
  const add = (report: LifeReport): void => {
    for (const of of Object.keys(sum) as (keyof LifeReport)[]) sum[of] += report[of];
  };

  expect(await firstBroken({ storage }, SEEDS, add)).toBeUndefined();

  // Nothing is proven by lives in which nothing happened.
  expect(sum.powerCuts + sum.kills).toBe(SEEDS * CRASHES);
  expect(sum.powerCuts).toBeGreaterThan(SEEDS * 3);
  expect(sum.kills).toBeGreaterThan(SEEDS);
  expect(sum.stops).toBeGreaterThan(SEEDS / 4);
  expect(sum.crashesAtStart).toBeGreaterThan(SEEDS);
  expect(sum.acknowledgedWrites).toBeGreaterThan(SEEDS * 10);
  expect(sum.durableBatches).toBeGreaterThan(SEEDS * 5);
  expect(sum.tornLogs).toBeGreaterThan(SEEDS / 10);
  expect(sum.retiredSegments).toBeGreaterThan(SEEDS / 5);
});

test.each<{ readonly lies: readonly Lie[]; readonly seeds: number }>([
  { lies: ["writes", "files", "directories", "batches"], seeds: 3 },
  { lies: ["writes"], seeds: 5 },
  { lies: ["files"], seeds: 20 },
  { lies: ["directories"], seeds: 5 },
  { lies: ["batches"], seeds: 5 },
])("on a disk that only claims to sync $lies it is seen within $seeds lives", async (given) => {
  expect(await firstBroken({ storage, lies: given.lies }, given.seeds)).toMatch(/^HOLDFAST_SEED=/);
});

test.each(Object.entries(MUTANTS))(
  "it is seen if %s",
  { timeout: 60_000 },
  async (_name, mutant) => {
    const wrong = await storageWith(mutant);

    expect(mutant.seeds).toBeLessThanOrEqual(SEEDS);
    expect(await firstBroken({ storage: wrong }, mutant.seeds)).toMatch(/^HOLDFAST_SEED=/);
  },
);

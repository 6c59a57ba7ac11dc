import { expect, test } from "vitest";
import {
  countRun,
  missedSituations,
  noFigures,
  runSeed,
  summaryLine,
  violationReport,
} from "../src/index.ts";

/** `npm run test:slow` runs those that reach every situation together. */
const IS_SLOW = process.env["TESTS"] === "slow";
const SEEDS = IS_SLOW ? 200 : 40;
/** From here on 200 seeds reach every situation; the rarest, a vote just after a restart, once. */
const FIRST_SEED = 301;
const STORM_MS = 2_500;
const CHECK_HISTORY_EVERY = 10;

test(`${SEEDS} storms break no promise${IS_SLOW ? ", and reach every situation that they should" : ""}`, {
  timeout: 120_000,
}, () => {
  const figures = noFigures();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const checksHistory = seed % CHECK_HISTORY_EVERY === 0;
    const run = runSeed({ seed, stormMs: STORM_MS, checksHistory });
    countRun(figures, run);
    expect(run.violation, violationReport(run)).toBeUndefined();
  }

  // Storms in which nothing happens prove nothing.
  if (IS_SLOW) expect(missedSituations(figures), summaryLine(figures, 0)).toEqual([]);
  expect(figures.elections).toBeGreaterThan(2 * SEEDS);
  expect(figures.committed).toBeGreaterThan(100 * SEEDS);
});

import { expect, test } from "vitest";
import {
  countRun,
  missedSituations,
  noFigures,
  summaryLine,
  violationReport,
} from "../src/index.ts";
import { runServerSeed } from "../src/server-lane/index.ts";
import { settle } from "./settle.ts";

/** `npm run test:slow` runs those that reach every situation together. */
const IS_SLOW = process.env["TESTS"] === "slow";
const SEEDS = IS_SLOW ? 100 : 12;
const FIRST_SEED = 1;
const STORM_MS = 20_000;
const SHORT_STORM_MS = 5_000;

test("one seed of whole nodes is one course of events", { timeout: 60_000 }, async () => {
  for (const seed of [7, 12]) {
    const first = await runServerSeed({ seed, stormMs: SHORT_STORM_MS, settle });
    const second = await runServerSeed({ seed, stormMs: SHORT_STORM_MS, settle });

    expect(second.hash).toBe(first.hash);
    expect(second.events).toBe(first.events);
  }
});

test("watching whole nodes changes nothing", { timeout: 60_000 }, async () => {
  const lines: string[] = [];
  const settings = { seed: 4, stormMs: SHORT_STORM_MS, settle };
  const watched = await runServerSeed({ ...settings, listener: (line) => lines.push(line) });

  expect(watched.hash).toBe((await runServerSeed(settings)).hash);
  expect(lines.length).toBeGreaterThan(50);
});

const REACHING = IS_SLOW ? ", and reach every situation that they should" : "";

test(`${SEEDS} storms over whole nodes break no promise${REACHING}`, {
  timeout: 120_000,
}, async () => {
  const figures = noFigures();
  let calls = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const run = await runServerSeed({ seed, stormMs: STORM_MS, settle });
    countRun(figures, run);
    calls += run.writes + run.reads;
    expect(run.violation, violationReport(run)).toBeUndefined();
  }

  if (IS_SLOW) expect(missedSituations(figures), summaryLine(figures, 0)).toEqual([]);
  expect(figures.elections).toBeGreaterThan(2 * SEEDS);
  // Storms in which nobody is answered prove nothing.
  expect(calls).toBeGreaterThan(20 * SEEDS);
});

import { runSeed, violationReport } from "@holdfast/sim";
import { expect, test } from "vitest";

/**
 * Seeds that found a bug, as they were run then. A seed is the same course of events only as long
 * as the simulator draws the same numbers, so each bug has a scenario as well: that one stays.
 */
const SEEDS: readonly { readonly seed: number; readonly stormMs: number; readonly bug: string }[] =
  [
    { seed: 2531, stormMs: 2_500, bug: "leaving-voter-is-still-needed.txt" },
    { seed: 3933, stormMs: 2_500, bug: "leaving-voter-is-still-needed.txt" },
    { seed: 210, stormMs: 2_500, bug: "one-state-installed-at-a-time.txt" },
    { seed: 370, stormMs: 2_500, bug: "one-state-installed-at-a-time.txt" },
  ];

test.each(SEEDS)("seed $seed: $bug", ({ seed, stormMs }) => {
  const run = runSeed({ seed, stormMs });

  expect(run.violation, violationReport(run)).toBeUndefined();
});

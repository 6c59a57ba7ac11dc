import { expect, test } from "vitest";
import { runSeed, violationReport } from "../src/index.ts";
import { runServerSeed } from "../src/server-lane/index.ts";
import { settle } from "./settle.ts";

/** Seeds in which an invariant complained of what is right, as they were run then. */
test.each([
  // A store that was born with a later configuration compacted its log before it had caught up with it.
  { seed: 700_001, stormMs: 2_500 },
  // The healed part gave its decisions to others, as it had been asked to while it stood still.
  { seed: 800_585, stormMs: 2_500 },
  // Before the faults ended a voter that was needed had begun a write that took 13.6 s.
  { seed: 1795934891460, stormMs: 20_000 },
  // A learner was 11,000 entries behind a single voter, and took one for each answer.
  { seed: 1795943471966, stormMs: 20_000 },
  // Answers took half an election timeout, so leaders were deposed amid 300 entries that went one by one.
  { seed: 1795944264083, stormMs: 20_000 },
])("seed $seed breaks nothing", { timeout: 60_000 }, ({ seed, stormMs }) => {
  const run = runSeed({ seed, stormMs });

  expect(run.violation, violationReport(run)).toBeUndefined();
});

test.each([
  // While the cluster was formed, a heartbeat took half a minute on its way, and all behind it waited.
  { seed: 1795931228769, stormMs: 1_000 },
  // All members that the files name were removed and wiped, and formed a cluster of their own.
  { seed: 1795952721018, stormMs: 40_000 },
])("seed $seed of whole nodes breaks nothing", { timeout: 60_000 }, async ({ seed, stormMs }) => {
  const run = await runServerSeed({ seed, stormMs, settle });

  expect(run.violation, violationReport(run)).toBeUndefined();
});

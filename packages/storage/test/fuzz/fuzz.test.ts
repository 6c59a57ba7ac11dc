import { runFuzz } from "@holdfast/base/fuzz";
import { test } from "vitest";
import { LOG_TARGETS } from "./log.fuzz.ts";
import { SNAPSHOT_TARGETS } from "./snapshot.fuzz.ts";
import { STATE_TARGETS } from "./state.fuzz.ts";

const SEED = 1;

test.for([...LOG_TARGETS, ...SNAPSHOT_TARGETS, ...STATE_TARGETS])("$name", async (target) => {
  await runFuzz(target, {
    seed: SEED,
    runs: target.runs,
    now: () => performance.now(),
    peakBytes: () => process.resourceUsage().maxRSS * 1024,
  });
});

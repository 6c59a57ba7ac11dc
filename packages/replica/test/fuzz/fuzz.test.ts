import { runFuzz } from "@holdfast/base/fuzz";
import { test } from "vitest";
import { HOSTILE_TARGETS } from "./hostile-messages.fuzz.ts";

const SEED = 1;

test.for(HOSTILE_TARGETS)("$name", async (target) => {
  await runFuzz(target, {
    seed: SEED,
    runs: target.runs,
    now: () => performance.now(),
    peakBytes: () => process.resourceUsage().maxRSS * 1024,
  });
});

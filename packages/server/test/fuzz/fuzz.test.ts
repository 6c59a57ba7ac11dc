import { runFuzz } from "@holdfast/base/fuzz";
import { test } from "vitest";
import { CLIENT_PORT_TARGETS } from "./first-frames.fuzz.ts";

const SEED = 1;

test.for(CLIENT_PORT_TARGETS)("$name", async (target) => {
  await runFuzz(target, {
    seed: SEED,
    runs: target.runs,
    now: () => performance.now(),
    peakBytes: () => process.resourceUsage().maxRSS * 1024,
  });
});

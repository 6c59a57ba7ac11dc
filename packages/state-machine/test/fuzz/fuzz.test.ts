import { runFuzz } from "@holdfast/base/fuzz";
import { test } from "vitest";
import { APPLIED_TARGETS } from "./applied.fuzz.ts";
import { CODEC_TARGETS } from "./codecs.fuzz.ts";
import { ROW_TARGETS } from "./rows.fuzz.ts";

const SEED = 1;

test.for([...CODEC_TARGETS, ...ROW_TARGETS, ...APPLIED_TARGETS])("$name", async (target) => {
  await runFuzz(target, {
    seed: SEED,
    runs: target.runs,
    now: () => performance.now(),
    peakBytes: () => process.resourceUsage().maxRSS * 1024,
  });
});

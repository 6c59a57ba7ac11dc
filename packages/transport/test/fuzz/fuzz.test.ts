import { runFuzz } from "@holdfast/base/fuzz";
import { test } from "vitest";
import { PEER_FRAME_TARGETS } from "./peer-frame.fuzz.ts";
import { WIRE_TARGETS } from "./wire.fuzz.ts";

const SEED = 1;

test.for([...PEER_FRAME_TARGETS, ...WIRE_TARGETS])("$name", async (target) => {
  await runFuzz(target, {
    seed: SEED,
    runs: target.runs,
    now: () => performance.now(),
    peakBytes: () => process.resourceUsage().maxRSS * 1024,
  });
});

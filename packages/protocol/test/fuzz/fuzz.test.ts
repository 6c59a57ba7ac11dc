import { runFuzz } from "@holdfast/base/fuzz";
import { test } from "vitest";
import { KV_TARGETS } from "./kv-requests.fuzz.ts";
import { PEER_DATA_TARGETS } from "./peer-data.fuzz.ts";

const SEED = 1;

test.for([...KV_TARGETS, ...PEER_DATA_TARGETS])("$name", async (target) => {
  await runFuzz(target, {
    seed: SEED,
    runs: target.runs,
    now: () => performance.now(),
    peakBytes: () => process.resourceUsage().maxRSS * 1024,
  });
});

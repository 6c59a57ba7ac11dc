// A process of its own for each mutant: its parent sends it a HuntOrder, and is told a HuntResult.
import { once } from "node:events";
import { register } from "node:module";
import type { HuntResult, Mutant } from "@holdfast/sim";
import type { HuntOrder } from "./hunt-mutants.ts";

const [order] = (await once(process, "message")) as [HuntOrder];
register("./module-hooks.js", import.meta.url, { data: order });
const result = await hunt(order.mutant);
process.send?.(result, () => process.disconnect());

async function hunt({ name, seeds, focus, lane = "core" }: Mutant): Promise<HuntResult> {
  // Only now: what is loaded before the hooks are there has no mistake in it.
  const { HUNT_STORM_MS, SERVER_HUNT_STORM_MS } = await import("@holdfast/sim");
  const { runInLane } = await import("./lanes.ts");
  const stormMs = lane === "core" ? HUNT_STORM_MS : SERVER_HUNT_STORM_MS;
  for (let seed = 1; seed <= seeds; seed++) {
    const settings = { seed, stormMs, checksHistory: true, listener: undefined, focus };
    const { violation } = await runInLane(lane, settings);
    if (violation === undefined) continue;
    return { name, seenBy: violation.invariant, message: violation.message, tries: seed };
  }
  return { name, seenBy: undefined, message: undefined, tries: seeds };
}

// A process of its own for each mutant, which is given as JSON. It tells its parent a HuntResult.
import { register } from "node:module";
import type { HuntResult, Mutant } from "@holdfast/sim";

const mutant = JSON.parse(process.argv[2] ?? "") as Mutant;
register("./module-hooks.js", import.meta.url, { data: mutant });
const result = await hunt(mutant);
process.send?.(result, () => process.disconnect());

async function hunt({ name, seeds }: Mutant): Promise<HuntResult> {
  // Only now: what is loaded before the hooks are there has no mistake in it.
  const { HUNT_STORM_MS, runSeed } = await import("@holdfast/sim");
  for (let seed = 1; seed <= seeds; seed++) {
    const { violation } = runSeed({ seed, stormMs: HUNT_STORM_MS, checksHistory: true });
    if (violation === undefined) continue;
    return { name, seenBy: violation.invariant, message: violation.message, seeds: seed };
  }
  return { name, seenBy: undefined, message: undefined, seeds };
}

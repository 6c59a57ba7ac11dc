import type { LoadHook } from "node:module";
import { type Mutant, mutated } from "@holdfast/sim";

let mutant: Mutant | undefined;

/** Called by `module.register` with the mistake that is to be made. */
export function initialize(given: Mutant): void {
  mutant = given;
}

/** Loads a module; the file of the mutant with its mistake. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (mutant === undefined || !url.endsWith(`/raft/dist/${mutant.file}`)) return loaded;
  return { ...loaded, source: mutated(String(loaded.source), mutant) };
};

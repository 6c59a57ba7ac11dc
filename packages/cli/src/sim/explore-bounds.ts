import { type BoundName, type Bounds, boundsWith, LIMITS } from "@holdfast/sim";
import { wholeNumber } from "../global-options.ts";
import { UsageError } from "../usage-error.ts";

/** Reads `--bounds terms=3,messages=2`; what is not named is as usual. */
export function exploreBoundsOf(text: string | undefined): Bounds {
  const given: Partial<Record<BoundName, number>> = {};
  for (const part of text?.split(",") ?? []) {
    const [name = "", value = ""] = part.split("=");
    if (!isBound(name)) {
      throw new UsageError(`--bounds knows ${Object.keys(LIMITS).join(", ")}, but not "${name}"`);
    }
    const { least, most } = LIMITS[name];
    given[name] = wholeNumber(`--bounds ${name}`, value, least, most);
  }
  return boundsWith(given);
}

function isBound(name: string): name is BoundName {
  return Object.hasOwn(LIMITS, name);
}

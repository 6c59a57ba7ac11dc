import type { Millis } from "@holdfast/base";
import { wholeNumber } from "../global-options.ts";

const STORM_MS_MAX = 86_400_000;

/** Reads `--storm`; `undefined`: as long as usual. */
export function stormOf(text: string | undefined): Millis | undefined {
  return text === undefined ? undefined : wholeNumber("--storm", text, 0, STORM_MS_MAX);
}

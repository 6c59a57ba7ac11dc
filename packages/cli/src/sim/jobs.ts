import { wholeNumber } from "../global-options.ts";

export const JOBS_MAX = 256;

/** How many processes run beside each other: what `--jobs` says, else `usual`. */
export function jobsOf(given: string | undefined, usual: number): number {
  return given === undefined ? usual : wholeNumber("--jobs", given, 1, JOBS_MAX);
}

import { wholeNumber } from "../global-options.ts";
import { UsageError } from "../usage-error.ts";

export interface GivenSeeds {
  readonly seed?: string | undefined;
  readonly seeds?: string | undefined;
  readonly minutes?: string | undefined;
}

/** Which seeds are to run, and for how long at most. */
export interface SeedPlan {
  readonly first: number;
  /** `Infinity` where only time ends the run. */
  readonly last: number;
  /** Time that new runs may begin in, ms. */
  readonly forMs: number;
}

export const SEED_MAX: number = 2 ** 50;
const MINUTES_MAX = 10_000;
const RUNS_DEFAULT = 100;

/** Reads `--seed`, `--seeds A..B` and `--minutes`; without any, a hundred seeds from `fresh` on. */
export function seedPlanOf({ seed, seeds, minutes }: GivenSeeds, fresh: number): SeedPlan {
  if (seed !== undefined && seeds !== undefined) {
    throw new UsageError("give --seed or --seeds, not both");
  }
  const forMs = minutes === undefined ? Number.POSITIVE_INFINITY : minutesOf(minutes) * 60_000;
  if (seeds !== undefined) return { ...rangeOf(seeds), forMs };
  if (seed !== undefined) {
    const first = wholeNumber("--seed", seed, 0, SEED_MAX);
    return { first, last: minutes === undefined ? first : Number.POSITIVE_INFINITY, forMs };
  }
  const last = minutes === undefined ? fresh + RUNS_DEFAULT - 1 : Number.POSITIVE_INFINITY;
  return { first: fresh, last, forMs };
}

function rangeOf(text: string): { readonly first: number; readonly last: number } {
  const [from = "", to = "", ...rest] = text.split("..");
  if (rest.length > 0 || to === "") {
    throw new UsageError(`--seeds expects two numbers such as 1..200, found "${text}"`);
  }
  const first = wholeNumber("--seeds", from, 0, SEED_MAX);
  return { first, last: wholeNumber("--seeds", to, first, SEED_MAX) };
}

function minutesOf(text: string): number {
  const minutes = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (minutes > 0 && minutes <= MINUTES_MAX) return minutes;
  throw new UsageError(`--minutes expects a number up to ${MINUTES_MAX}, found "${text}"`);
}

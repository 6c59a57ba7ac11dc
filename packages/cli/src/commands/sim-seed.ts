import { HUNT_STORM_MS, type Lane, type Mutant, SERVER_HUNT_STORM_MS } from "@holdfast/sim";
import { wholeNumber } from "../global-options.ts";
import type { Examination } from "../sim/examination.ts";
import { examineMutant, laneOfMutant, mutantNamed } from "../sim/examine-mutant.ts";
import { examineSeed } from "../sim/examine-seed.ts";
import { laneChoiceOf } from "../sim/lanes.ts";
import { SEED_MAX } from "../sim/seed-plan.ts";
import { stormOf } from "../sim/storm.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface SimSeedOptions {
  readonly lane?: string | undefined;
  readonly seed?: string | undefined;
  readonly storm?: string | undefined;
  readonly plan?: string | undefined;
  readonly mutant?: string | undefined;
  /** Where the smaller run goes; `true`: beside the others, named for its seed. */
  readonly shrink?: string | true | undefined;
  readonly shrinkRuns?: string | undefined;
  readonly shrinkSeconds?: string | undefined;
  readonly report?: string | undefined;
  readonly verbose?: boolean | undefined;
}

const SHRINK_RUNS_LIMIT = 1_000_000;
const SHRINK_SECONDS_LIMIT = 86_400;
const NOT_BESIDE = ["seeds", "minutes", "jobs", "mutants", "bounds", "memory"] as const;
const OF_ONE_RUN = ["shrink", "report", "plan", "mutant", "shrinkRuns", "shrinkSeconds"] as const;

/** Whether one run is to be looked at closely. */
export function isOfOneRun(options: object): boolean {
  return OF_ONE_RUN.some((name) => name in options);
}

/** Looks at one run: makes it smaller, draws it, has a mutant make it. */
export async function simSeed(terminal: Terminal, options: SimSeedOptions): Promise<number> {
  for (const name of NOT_BESIDE) {
    if (name in options) throw new UsageError(`one run is examined at a time: no --${name} here`);
  }
  const { seed, plan } = options;
  const mutant = options.mutant === undefined ? undefined : mutantNamed(options.mutant);
  const lane = laneOf(options, mutant);
  if ((seed === undefined) === (plan === undefined)) {
    throw new UsageError("say which run: --seed N or --plan FILE, one of them");
  }
  const examination = examinationOf(options, lane);
  if (mutant === undefined) return examineSeed(terminal, examination);
  return examineMutant(mutant, examination);
}

/** A mistake can be seen in its own lane only, which so need not be named. */
function laneOf({ lane }: SimSeedOptions, mutant: Mutant | undefined): Lane {
  const usual = mutant === undefined ? "core" : laneOfMutant(mutant);
  const choice = lane === undefined ? usual : laneChoiceOf(lane, true);
  if (choice === "both") throw new UsageError("one run is of one lane: core or server");
  if (mutant !== undefined && choice !== usual) {
    throw new UsageError(`the mutant "${mutant.name}" is hunted in the lane "${usual}"`);
  }
  return choice;
}

function examinationOf(options: SimSeedOptions, lane: Lane): Examination {
  const { seed, storm, plan, mutant, report, shrinkRuns, shrinkSeconds } = options;
  if (plan !== undefined && storm !== undefined) throw new UsageError("a plan has its own storm");
  const ofHunt = lane === "core" ? HUNT_STORM_MS : SERVER_HUNT_STORM_MS;
  const usual = mutant === undefined ? undefined : ofHunt;
  return {
    lane,
    seed: whole("--seed", seed, SEED_MAX),
    stormMs: stormOf(storm) ?? usual,
    plan,
    mutant,
    shrink: shrinkFileOf(options),
    runsMax: whole("--shrink-runs", shrinkRuns, SHRINK_RUNS_LIMIT),
    secondsMax: whole("--shrink-seconds", shrinkSeconds, SHRINK_SECONDS_LIMIT),
    report,
    verbose: options.verbose === true,
  };
}

function shrinkFileOf({
  shrink,
  seed,
  plan,
  shrinkRuns,
  shrinkSeconds,
}: SimSeedOptions): string | undefined {
  if (shrink === undefined) {
    const bound = shrinkRuns ?? shrinkSeconds;
    if (bound !== undefined)
      throw new UsageError("--shrink-runs and --shrink-seconds go with --shrink");
    return undefined;
  }
  if (shrink !== true) return shrink;
  return plan === undefined
    ? `sim-seed-${seed}.plan.json`
    : `${plan.replace(/\.json$/, "")}.smaller.json`;
}

function whole(name: string, given: string | undefined, most: number): number | undefined {
  return given === undefined ? undefined : wholeNumber(name, given, 0, most);
}

import type { Millis } from "@holdfast/base";
import type { Script, WorkloadStanding } from "./decisions/script.ts";
import type { DriverDefect } from "./defects.ts";
import { RandomStreams } from "./dice.ts";
import { FEATURES } from "./features.ts";
import { type FoundViolation, foundViolation } from "./found-violation.ts";
import type { MakeCore } from "./node/core.ts";
import type { Observer } from "./observer.ts";
import { requireLinearizable } from "./oracle/judge-history.ts";
import { runPhases } from "./phases.ts";
import { drawPlan, type WorldPlan } from "./plan/world-plan.ts";
import { World } from "./world.ts";

export interface RunSettings {
  readonly seed: number;
  /**
   * How long faults are on, virtual ms.
   *
   * @default 20000
   */
  readonly stormMs?: Millis | undefined;
  /** Whether the history is also judged by the checker, which knows nothing of Raft. */
  readonly checksHistory?: boolean | undefined;
  /** Mistakes of the driver, planted on purpose. */
  readonly defects?: Iterable<DriverDefect> | undefined;
  /** Makes the cores; left out, the product's own. */
  readonly makeCore?: MakeCore | undefined;
  /** Changes what the seed drew. */
  readonly adjust?: ((plan: WorldPlan) => WorldPlan) | undefined;
  /** Told every event in words. */
  readonly listener?: ((line: string) => void) | undefined;
  /** Sees what happens; it changes nothing. */
  readonly observer?: Observer | undefined;
  /** What happens, instead of what chance would decide; see {@link RunResult.standing}. */
  readonly script?: Script | undefined;
}

/** What a run came to. */
export interface RunResult {
  readonly lane: "core";
  readonly seed: number;
  readonly plan: WorldPlan;
  /** Equal for two runs of the same seed, settings and code. */
  readonly hash: string;
  readonly events: number;
  readonly virtualMs: Millis;
  readonly elections: number;
  readonly committed: number;
  readonly writes: number;
  readonly reads: number;
  readonly marks: ReadonlyMap<string, number>;
  readonly violation: FoundViolation | undefined;
  /** Where the workload stood when the storm was over. */
  readonly standing: WorkloadStanding;
}

export const STORM_MS_DEFAULT: Millis = 20_000;

/** One run: everything in it follows from the seed and the settings. */
export function runSeed(settings: RunSettings): RunResult {
  const { seed, stormMs = STORM_MS_DEFAULT, defects = [], ...parts } = settings;
  const drawn = drawPlan(new RandomStreams(seed).stream("plan"), { stormMs, ...FEATURES });
  const plan = settings.adjust?.(drawn) ?? drawn;
  const { makeCore, listener, observer, script } = parts;
  const world = new World({
    seed,
    plan,
    defects: new Set(defects),
    makeCore,
    listener,
    observer,
    script,
  });
  const violation = runWatched(world, settings.checksHistory ?? false);
  const { timeline, trace, marks, witness, workload } = world;
  return {
    lane: "core",
    seed,
    plan,
    hash: trace.hash,
    events: timeline.events,
    virtualMs: timeline.now,
    elections: witness.elections.count,
    committed: witness.committed.last,
    writes: workload.writesDone,
    reads: workload.readsDone,
    marks: marks.counts,
    violation,
    standing: workload.standing,
  };
}

function runWatched(world: World, checksHistory: boolean): FoundViolation | undefined {
  try {
    runPhases(world);
    if (checksHistory) requireLinearizable(world.history);
    return undefined;
  } catch (failure) {
    return foundViolation(failure, world.trace);
  }
}

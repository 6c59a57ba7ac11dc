import type { Millis } from "@holdfast/base";
import { RandomStreams } from "../dice.ts";
import { type FoundViolation, foundViolation } from "../found-violation.ts";
import { drawServerPlan, type ServerPlan } from "./plan/server-plan.ts";
import type { ServerObserver } from "./server-observer.ts";
import { runServerPhases } from "./server-phases.ts";
import { ServerWorld } from "./server-world.ts";
import type { Settle } from "./settling.ts";
import { SERVER_STORM_MS_DEFAULT } from "./storm.ts";

export interface ServerRunSettings {
  readonly seed: number;
  /**
   * How long faults are on, virtual ms.
   *
   * @default 40000
   */
  readonly stormMs?: Millis | undefined;
  /** Lets promises settle between two events. */
  readonly settle: Settle;
  /** Changes what the seed drew. */
  readonly adjust?: ((plan: ServerPlan) => ServerPlan) | undefined;
  /** Told every event in words. */
  readonly listener?: ((line: string) => void) | undefined;
  /** Sees what happens; it changes nothing. */
  readonly observer?: ServerObserver | undefined;
  /**
   * A run of more events is given up, as too long.
   *
   * @default none is
   */
  readonly eventsMax?: number | undefined;
}

/** What a run of whole nodes came to. */
export interface ServerRunResult {
  readonly lane: "server";
  readonly seed: number;
  readonly plan: ServerPlan;
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
}

/** One run of whole nodes: everything in it follows from the seed and the settings. */
export async function runServerSeed(settings: ServerRunSettings): Promise<ServerRunResult> {
  const { seed, stormMs = SERVER_STORM_MS_DEFAULT, settle, listener, observer } = settings;
  const { eventsMax = Number.POSITIVE_INFINITY } = settings;
  const drawn = drawServerPlan(new RandomStreams(seed).stream("plan"), stormMs);
  const plan = settings.adjust?.(drawn) ?? drawn;
  const world = new ServerWorld({ seed, plan, settle, listener, observer, eventsMax });
  const violation = await runWatched(world);
  const { timeline, trace, marks, agreement, population } = world;
  const { ledger, history } = population;
  return {
    lane: "server",
    seed,
    plan,
    hash: trace.hash,
    events: timeline.events,
    virtualMs: timeline.now,
    elections: agreement.elections,
    committed: agreement.applied,
    writes: ledger.size,
    reads: history.answered,
    marks: marks.counts,
    violation,
  };
}

async function runWatched(world: ServerWorld): Promise<FoundViolation | undefined> {
  try {
    await runServerPhases(world);
    return undefined;
  } catch (failure) {
    return foundViolation(failure, world.trace);
  }
}

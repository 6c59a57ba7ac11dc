import type { Millis } from "@holdfast/base";
import type { Decision } from "../decisions/decision.ts";
import type { Script } from "../decisions/script.ts";
import type { WorldPlan } from "../plan/world-plan.ts";

/** A run that may be smaller than the one it came from. */
export interface Candidate {
  /** What is left to chance follows from it: how long messages and writes take, who loses patience first. */
  readonly seed: number;
  readonly plan: WorldPlan;
  readonly script: Script;
}

export function machinesOf({ voters, learners, spares }: WorldPlan): number {
  return voters + learners + spares;
}

/** Its machines, and what they are at first. */
export function clusterInWords({ voters, learners, spares }: WorldPlan): string {
  return `${voters} voters, ${learners} learners, ${spares} spares`;
}

export function withDecisions(candidate: Candidate, decisions: readonly Decision[]): Candidate {
  return { ...candidate, script: { ...candidate.script, decisions } };
}

export function withStorm(candidate: Candidate, stormMs: Millis): Candidate {
  return { ...candidate, plan: { ...candidate.plan, stormMs } };
}

import type { ServerPlan } from "../plan/server-plan.ts";

/** A run of whole nodes that may be smaller than the one it came from. */
export interface ServerCandidate {
  /** All that the plan leaves to chance follows from it. */
  readonly seed: number;
  readonly plan: ServerPlan;
}

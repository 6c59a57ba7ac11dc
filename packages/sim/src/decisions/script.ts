import type { Millis } from "@holdfast/base";
import type { Decision } from "./decision.ts";

/** How long it took until a machine whose process ended had another one. */
export interface Restart {
  readonly machine: number;
  /** Which of its processes ended, from 1. */
  readonly life: number;
  readonly ms: Millis;
}

/** Where the workload stood when the storm was over. */
export interface WorkloadStanding {
  /** So often it had asked its dice. */
  readonly draws: number;
  readonly names: number;
  readonly values: number;
}

/**
 * What chance decided in one run, outside the nodes themselves. A world that is given a script
 * rolls no dice for these; whatever else it draws (how long messages and writes take usually,
 * when a follower loses patience) it draws as it would without.
 */
export interface Script {
  /** In the order of their time. */
  readonly decisions: readonly Decision[];
  /** One that is not named here is drawn, from a stream of its own. */
  readonly restarts: readonly Restart[];
  readonly standing: WorkloadStanding;
}

export function restartOf({ restarts }: Script, machine: number, life: number): Millis | undefined {
  return restarts.find((one) => one.machine === machine && one.life === life)?.ms;
}

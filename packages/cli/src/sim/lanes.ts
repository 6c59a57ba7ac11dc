import { type Lane, type LaneRun, runSeed } from "@holdfast/sim";
import type { PlanFocus, ServerPlan } from "@holdfast/sim/server-lane";
import { UsageError } from "../usage-error.ts";

/** Which lane a seed runs in; `both`: every seed in one of them. */
export type LaneChoice = Lane | "both";

const CHOICES: readonly LaneChoice[] = ["core", "server", "both"];

/** Reads `--lane`; without it seeds that were named are of cores, and others of both lanes. */
export function laneChoiceOf(text: string | undefined, isNamed: boolean): LaneChoice {
  if (text === undefined) return isNamed ? "core" : "both";
  const choice = CHOICES.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`--lane expects ${CHOICES.join(", ")}, found "${text}"`);
}

/** Neighbours and every other seed may be one process's: the lane follows from all of the seed. */
export function laneOf(choice: LaneChoice, seed: number): Lane {
  if (choice !== "both") return choice;
  return (Math.imul(seed, 0x9e3779b1) >>> 16) % 2 === 0 ? "core" : "server";
}

export interface LaneSettings {
  readonly seed: number;
  readonly stormMs: number | undefined;
  readonly checksHistory: boolean;
  readonly listener: ((line: string) => void) | undefined;
  /** Of whole nodes. */
  readonly focus?: PlanFocus | undefined;
}

/** Runs one seed in a lane. */
export async function runInLane(
  lane: Lane,
  { focus, ...settings }: LaneSettings,
): Promise<LaneRun> {
  if (lane === "core") return runSeed(settings);
  const { focused, runServerSeed, settling } = await import("@holdfast/sim/server-lane");
  const settle = settling({ tick: process.nextTick, turn: setImmediate });
  const adjust = focus && ((plan: ServerPlan) => focused(plan, focus));
  return runServerSeed({ ...settings, adjust, settle });
}

import { setImmediate as turn } from "node:timers/promises";
import { countRun, noFigures, type RunFigures, violationReport } from "@holdfast/sim";
import { type LaneChoice, laneOf, runInLane } from "./lanes.ts";
import type { SeedPlan } from "./seed-plan.ts";

export interface SeedRun extends SeedPlan {
  /** Every `stride`th seed; others are for other processes. */
  readonly stride: number;
  readonly lane: LaneChoice;
  readonly stormMs: number | undefined;
  /** Told every event of every run. */
  readonly listener: ((line: string) => void) | undefined;
  /** Figures of the runs since the last report, about once a second and at the end. */
  report(figures: RunFigures): void;
  violation(text: string): void;
  isStopped(): boolean;
}

const REPORT_MS = 1_000;
/** The search for another order of the history costs more than the run; a sample is enough. */
const CHECK_HISTORY_EVERY = 5;

/** Runs seeds in this process, one after the other, until there are no more or time is over. */
export async function runSeeds(run: SeedRun): Promise<void> {
  const began = performance.now();
  let figures = noFigures();
  let reported = began;
  for (let seed = run.first; seed <= run.last; seed += run.stride) {
    if (run.isStopped() || performance.now() - began >= run.forMs) break;
    const result = await runInLane(laneOf(run.lane, seed), {
      seed,
      stormMs: run.stormMs,
      checksHistory: seed % CHECK_HISTORY_EVERY === 0,
      listener: run.listener,
    });
    countRun(figures, result);
    if (result.violation !== undefined) run.violation(violationReport(result));
    if (performance.now() - reported >= REPORT_MS) {
      run.report(figures);
      figures = noFigures();
      reported = performance.now();
    }
    // Signals and messages are heard between two runs.
    await turn();
  }
  run.report(figures);
}

export type { Act, Decision } from "./decisions/decision.ts";
export { inWords } from "./decisions/in-words.ts";
export { DRIVER_DEFECTS, type DriverDefect } from "./defects.ts";
export { type BoundName, type Bounds, boundsWith, LIMITS } from "./explorer/bounds.ts";
export { pathInWords } from "./explorer/path-in-words.ts";
export type { Naming } from "./explorer/renaming.ts";
export { Search, type SearchEnd, type SearchFigures } from "./explorer/search.ts";
export type { FoundViolation } from "./found-violation.ts";
export type { Lane } from "./lane.ts";
export {
  HUNT_STORM_MS,
  type HuntResult,
  type Mutant,
  mutated,
  SERVER_HUNT_STORM_MS,
} from "./mutants/mutant.ts";
export { MUTANTS } from "./mutants/mutants.ts";
export { type Core, type MakeCore, makeProductionCore } from "./node/core.ts";
export type { WorldPlan } from "./plan/world-plan.ts";
export {
  addFigures,
  countRun,
  type LaneRun,
  missedSituations,
  noFigures,
  type RunFigures,
  replayOf,
  summaryLine,
  violationReport,
} from "./report.ts";
export type { DrawnRun } from "./report-page/drawn-run.ts";
export { type ReportParts, reportPage, type TimedText } from "./report-page/report-page.ts";
export { Storyteller } from "./report-page/storyteller.ts";
export {
  type RunResult,
  type RunSettings,
  runSeed,
  STORM_MS_DEFAULT,
} from "./run-seed.ts";
export { type Candidate, clusterInWords, machinesOf } from "./shrink/candidate.ts";
export { parsePlanFile, planFile } from "./shrink/plan-file.ts";
export { PlanFileError } from "./shrink/plan-json.ts";
export {
  recordSeed,
  runCandidate,
  SHRINK_RUNS_MAX,
  type ShrinkSettings,
  type Shrunk,
  shrinkRun,
} from "./shrink/shrink-run.ts";

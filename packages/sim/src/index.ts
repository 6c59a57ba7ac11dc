export { DRIVER_DEFECTS, type DriverDefect } from "./defects.ts";
export { type BoundName, type Bounds, boundsWith, LIMITS } from "./explorer/bounds.ts";
export { pathInWords } from "./explorer/path-in-words.ts";
export type { Naming } from "./explorer/renaming.ts";
export { Search, type SearchEnd, type SearchFigures } from "./explorer/search.ts";
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
  summaryLine,
  violationReport,
} from "./report.ts";
export {
  type FoundViolation,
  type RunResult,
  type RunSettings,
  runSeed,
  STORM_MS_DEFAULT,
} from "./run-seed.ts";

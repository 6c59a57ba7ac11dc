export { focused, type PlanFocus } from "./plan/plan-focus.ts";
export {
  SERVER_FAULT_KINDS,
  type ServerPlan,
  serverClusterInWords,
} from "./plan/server-plan.ts";
export {
  runServerSeed,
  type ServerRunResult,
  type ServerRunSettings,
} from "./run-server-seed.ts";
export { type EventLoop, type Settle, settling } from "./settling.ts";
export type { RecordedRun } from "./shrink/recorded-run.ts";
export type { ServerCandidate } from "./shrink/server-candidate.ts";
export { parseServerPlanFile, serverPlanFile } from "./shrink/server-plan-file.ts";
export {
  recordServerRun,
  type ServerShrinkSettings,
  type ServerShrunk,
  shrinkServerRun,
} from "./shrink/shrink-server-run.ts";
export { ServerStoryteller } from "./story/server-storyteller.ts";

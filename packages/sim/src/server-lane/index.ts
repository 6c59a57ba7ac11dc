export { type ServerPlan, serverClusterInWords } from "./plan/server-plan.ts";
export {
  runServerSeed,
  type ServerRunResult,
  type ServerRunSettings,
} from "./run-server-seed.ts";
export { type EventLoop, type Settle, settling } from "./settling.ts";
export { ServerStoryteller } from "./story/server-storyteller.ts";

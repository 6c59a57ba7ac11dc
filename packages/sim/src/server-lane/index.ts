export {
  runServerSeed,
  type ServerRunResult,
  type ServerRunSettings,
} from "./run-server-seed.ts";
export { type EventLoop, type Settle, settling } from "./settling.ts";

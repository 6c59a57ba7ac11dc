export {
  runServerSeed,
  type ServerRunResult,
  type ServerRunSettings,
} from "./run-server-seed.ts";
export { settling } from "./settling.ts";

export {
  runServerSeed,
  SERVER_STORM_MS_DEFAULT,
  type ServerRunResult,
  type ServerRunSettings,
} from "./run-server-seed.ts";
export { SERVER_SITUATIONS } from "./server-marks.ts";

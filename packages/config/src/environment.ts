import { ConfigError } from "./config-error.ts";
import { nearest } from "./nearest.ts";

/** The environment of a process, as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that change one node's configuration. */
export const NODE_VARIABLES = {
  client: "HOLDFAST_CLIENT",
  peer: "HOLDFAST_PEER",
  data: "HOLDFAST_DATA",
} as const;

/** Variables that change every node's configuration. */
export const CLUSTER_VARIABLES = {
  heartbeatMs: "HOLDFAST_HEARTBEAT_MS",
  electionTimeoutMs: "HOLDFAST_ELECTION_TIMEOUT_MS",
  quotaBytes: "HOLDFAST_QUOTA_BYTES",
  compactionMode: "HOLDFAST_COMPACTION_MODE",
  compactionRetention: "HOLDFAST_COMPACTION_RETENTION",
  logLevel: "HOLDFAST_LOG_LEVEL",
} as const;

/** Read by the command line and by the tests. */
const OTHER_VARIABLES = ["HOLDFAST_ENDPOINTS", "HOLDFAST_REQUIRE", "HOLDFAST_VECTORS"];

const PREFIX = "HOLDFAST_";
const KNOWN: readonly string[] = [
  ...Object.values(NODE_VARIABLES),
  ...Object.values(CLUSTER_VARIABLES),
  ...OTHER_VARIABLES,
];

/**
 * Refuses a `HOLDFAST_` variable that nothing reads: it was probably meant to change something.
 *
 * @throws ConfigError with the variable that was probably meant.
 */
export function checkEnvironment(env: Environment): void {
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(PREFIX) && !KNOWN.includes(name),
  );
  if (unknown.length === 0) return;
  const problems = unknown.map((name) => {
    const meant = nearest(name, KNOWN);
    return {
      path: name,
      line: undefined,
      expected: meant === undefined ? `one of ${KNOWN.join(", ")}` : meant,
      found: "a variable that nothing reads; rename or unset it",
    };
  });
  throw new ConfigError("environment", problems);
}

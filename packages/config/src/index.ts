export { type Address, formatAddress, isWildcardHost, parseAddress } from "./address.ts";
export {
  CLUSTER_LIMITS,
  type ClusterConfig,
  type ClusterLimits,
  type NodeConfig,
  type RaftTimings,
} from "./cluster-config.ts";
export {
  COMPACTION_DEFAULT,
  type CompactionConfig,
  writtenCompaction,
} from "./compaction-config.ts";
export { ConfigError, type ConfigProblem } from "./config-error.ts";
export {
  CLUSTER_VARIABLES,
  checkEnvironment,
  type Environment,
  NODE_VARIABLES,
} from "./environment.ts";
export { LOG_LEVELS, type LogLevel } from "./log-levels.ts";
export { loadClusterConfig, parseClusterConfig } from "./parse-cluster-config.ts";
export {
  type NodeFlags,
  type ResolvedNodeConfig,
  resolveNodeConfig,
} from "./resolve-node-config.ts";

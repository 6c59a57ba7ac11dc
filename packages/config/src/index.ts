export type { ClusterConfig, NodeConfig, RaftTimings } from "./cluster-config.ts";

export { Cluster, type ClusterOptions, startCluster } from "./cluster.ts";
export { clusterFile } from "./cluster-file.ts";
export { type EtcdctlResult, etcdctl } from "./etcdctl.ts";
export { type EventuallyOptions, eventually } from "./eventually.ts";
export { freePorts } from "./free-ports.ts";
export {
  type HistoryEvent,
  type HistoryEventFields,
  type HistoryEventKind,
  HistoryRecorder,
} from "./history-recorder.ts";
export {
  type ExitStatus,
  NodeProcess,
  type NodeProcessOptions,
  parseMetrics,
} from "./node-process.ts";
export { requireTool, type SkippableTest } from "./require-tool.ts";
export { type TemporaryDirectory, temporaryDirectory } from "./temporary-directory.ts";

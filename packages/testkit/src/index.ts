export { below, type Random, SeededRandom } from "@holdfast/base";
export type { HistoryRecorder } from "@holdfast/checker";
export { Cluster, type ClusterOptions, startCluster } from "./cluster.ts";
export { clusterFile } from "./cluster-file.ts";
export { damageState } from "./damage-state.ts";
export { EtcdCluster, type EtcdClusterOptions, startEtcd } from "./etcd-cluster.ts";
export { type EtcdctlResult, etcdctl } from "./etcdctl.ts";
export { type EventuallyOptions, eventually } from "./eventually.ts";
export { expectLinearizable } from "./expect-linearizable.ts";
export { expectStrictlySerializable } from "./expect-strictly-serializable.ts";
export { freePorts } from "./free-ports.ts";
export { KeyContest } from "./key-contest.ts";
export { CLIENTS, cut, deaf, type LinkFault, lossy, mute, type Place } from "./link-faults.ts";
export { ListAppendContest, type ListAppendManner } from "./list-append-contest.ts";
export { loadPace } from "./load-pace.ts";
export { LOOPBACK_HOST, type NodeHost } from "./node-host.ts";
export {
  type ExitStatus,
  NodeProcess,
  type NodeProcessOptions,
  parseMetrics,
} from "./node-process.ts";
export { PrivateNetwork } from "./private-network.ts";
export { recordHistory } from "./record-history.ts";
export {
  observed,
  type RecordedCall,
  RecordedClient,
  RecordedEndpoint,
  type RecordedKeys,
} from "./recorded-clients.ts";
export { requireTool, type SkippableTest } from "./require-tool.ts";
export { ShiftedClock } from "./shifted-clock.ts";
export { type TemporaryDirectory, temporaryDirectory } from "./temporary-directory.ts";
export { wallClock } from "./wall-clock.ts";

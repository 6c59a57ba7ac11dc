export { SystemClock } from "./adapters/system-clock.ts";
export { SystemRandom } from "./adapters/system-random.ts";
export { SystemTurn } from "./adapters/system-turn.ts";
export { BackupDamagedError, DirectoryNotEmptyError } from "./backup/backup-errors.ts";
export { type BackupSummary, readBackup } from "./backup/read-backup.ts";
export {
  type RestoredCluster,
  type RestoreRequest,
  restoreCluster,
} from "./backup/restore-cluster.ts";
export { ClientEdge, type ClientEdgeOptions, type ClientEdgePorts } from "./client-edge.ts";
export { type ListenAddress, listen } from "./client-port/listen.ts";
export { ListenError, PortTakenError } from "./client-port/listen-errors.ts";
export { findPortHolder, type PortHolder } from "./client-port/port-holder.ts";
export {
  DataDirectory,
  DirectoryInUseError,
  LogLostError,
  WrongDirectoryError,
} from "./data-directory.ts";
export { Node, type NodeParts } from "./node.ts";
export { type NodeEnd, type NodeStanding, type RunningNode, runNode } from "./run-node.ts";
export { EventLoopDelay } from "./telemetry/event-loop-delay.ts";
export { NodeMetrics } from "./telemetry/node-metrics.ts";
export { type LogLevel, pinoLogger } from "./telemetry/pino-logger.ts";

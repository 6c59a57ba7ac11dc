export { AlarmService, alarmsKnownTo } from "./alarm-service.ts";
export { type CallContext, ReplicaCalls, requestLimitMs } from "./call-context.ts";
export { type ClusterMember, ClusterService, type MembershipChange } from "./cluster-service.ts";
export { ClaimQueue, type PatientContext } from "./concurrency/claim-queue.ts";
export { type ElectedLeader, ElectionService } from "./concurrency/election-service.ts";
export { LockService } from "./concurrency/lock-service.ts";
export { RecipeRefusedError } from "./concurrency/recipe-refused-error.ts";
export { type HealthFinding, HealthService } from "./health-service.ts";
export { type CompactContext, type KvPorts, KvService, type ReadContext } from "./kv-service.ts";
export {
  type LeaseGranted,
  type LeasePorts,
  LeaseService,
  type LeaseTimeToLive,
} from "./lease-service.ts";
export { ETCD_VERSION, MaintenanceService, type MemberStatus } from "./maintenance-service.ts";
export { RANGE_STREAM_LIMITS, type RangeChunk, unstreamable } from "./range-stream.ts";
export { type Header, Headers } from "./response-header.ts";
export { type SessionRefusalCode, SessionRefusedError } from "./session-errors.ts";
export {
  SESSION_LIMITS,
  SESSION_PROTOCOL,
  type SessionFailureReply,
  type SessionLimits,
  type SessionSink,
  type SessionStartedReply,
  type SessionStartRequest,
  type SessionTurnRequest,
} from "./session-messages.ts";
export { SessionService } from "./session-service.ts";
export { type SessionPorts, SessionStream } from "./session-stream.ts";
export {
  WATCH_LIMITS,
  type WatchAnswer,
  type WatchCreateRequest,
  type WatchedEvent,
  type WatchLimits,
  type WatchSink,
} from "./watch/watch-messages.ts";
export { type WatchPorts, WatchService } from "./watch/watch-service.ts";
export type { WatchStream } from "./watch/watch-stream.ts";

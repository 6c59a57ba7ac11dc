export { type ConnectOptions, connect } from "./connect.ts";
export { connectAdmin } from "./connect-admin.ts";
export type { ClaimOptions } from "./core/claims/claim.ts";
export { Leadership } from "./core/claims/leadership.ts";
export { Lock } from "./core/claims/lock.ts";
export { CLIENT_LIMITS, type ClientLimits } from "./core/client-limits.ts";
export { type AdminCall, ClusterAdmin } from "./core/cluster-admin.ts";
export type {
  ClusterMember,
  MembershipChange,
  MembershipChanged,
} from "./core/cluster-membership.ts";
export type { EndpointStatus, NodeDown, NodeUp, StatusSource } from "./core/cluster-status.ts";
export { Entry } from "./core/entry.ts";
export {
  type CallOptions,
  type DeleteOptions,
  type GetOptions,
  Holdfast,
  type PutOptions,
  type RangeOptions,
  type ReadOptions,
} from "./core/holdfast.ts";
export type { BytesLike, KeySelector } from "./core/key-selector.ts";
export { Lease, type LeaseOptions } from "./core/leases/lease.ts";
export type {
  CompactAnswer,
  DeleteAnswer,
  PutAnswer,
  RangeAnswer,
  TxnAnswer,
  TxnBranchAnswer,
} from "./core/operation-answer.ts";
export { RequestError } from "./core/request-error.ts";
export {
  type CallTerms,
  SessionClient,
  type SessionClientOptions,
  type SessionPorts,
} from "./core/session-client.ts";
export type {
  FailureReply,
  ReadResultsReply,
  ResultsReply,
  SessionFrame,
  SessionReply,
  SessionStream,
  SessionStreamHandlers,
  SessionTransport,
  StartedReply,
  StartFrame,
  TurnFrame,
} from "./core/session-transport.ts";
export type {
  Comparison,
  PutSettings,
  RangeSelection,
  TxnRequest,
  TxnRequestOperation,
} from "./core/transaction.ts";
export { Change } from "./core/watch/change.ts";
export { CompactedError } from "./core/watch/compacted-error.ts";
export { Watch, type WatchOptions } from "./core/watch/watch.ts";
export type { EndpointAlarm, EndpointLease } from "./grpc/etcd-endpoint.ts";
export {
  type EndpointCall,
  type EndpointHash,
  type EndpointRead,
  EtcdEndpoint,
  type SnapshotPart,
} from "./grpc/etcd-endpoint.ts";

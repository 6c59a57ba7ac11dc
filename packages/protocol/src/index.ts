export {
  type AlarmRequest,
  decodeAlarmRequest,
  describeAlarm,
  encodeAlarms,
} from "./etcd/alarm-codec.ts";
export {
  decodeCompaction,
  decodeDeleteRange,
  decodePut,
  decodeRange,
  decodeTxn,
  isSerializableTxn,
} from "./etcd/kv-request-codec.ts";
export {
  encodeDeleteRange,
  encodeKeyValue,
  encodePut,
  encodeRange,
  encodeTxn,
} from "./etcd/kv-response-codec.ts";
export {
  decodeLeaseGrant,
  decodeLeaseId,
  encodeLeaseGrant,
  encodeLeaseKeepAlive,
  encodeLeases,
  encodeLeaseTimeToLive,
} from "./etcd/lease-codec.ts";
export { decodeHashKv, encodeHashKv } from "./etcd/maintenance-codec.ts";
export { type MessageFields, MessageForms } from "./etcd/message-fields.ts";
export { type RefusedRequestCode, RefusedRequestError } from "./etcd/refused-request-error.ts";
export { type PartsLimits, requestParts } from "./etcd/request-parts.ts";
export { encodeHeader, type HeaderFields } from "./etcd/response-header-codec.ts";
export { limitOf } from "./etcd/safe-integer.ts";
export {
  statusOfAnswerGone,
  statusOfError,
  statusOfFailure,
  statusOfRefusal,
  unforeseenStatus,
  type WireStatus,
} from "./etcd/status-codec.ts";
export {
  decodeWatchCreate,
  encodeEvent,
  encodeWatchAnswer,
  encodeWatchEvents,
  isNodeFull,
} from "./etcd/watch-codec.ts";
export type { AuthHandlers } from "./generated/etcdserverpb/Auth.ts";
export type { ClusterHandlers } from "./generated/etcdserverpb/Cluster.ts";
export type { DowngradeRequest__Output as WireDowngradeRequest } from "./generated/etcdserverpb/DowngradeRequest.ts";
export type { KVHandlers } from "./generated/etcdserverpb/KV.ts";
export type { LeaseHandlers } from "./generated/etcdserverpb/Lease.ts";
export type { LeaseKeepAliveRequest__Output as WireKeepAliveRequest } from "./generated/etcdserverpb/LeaseKeepAliveRequest.ts";
export type { LeaseKeepAliveResponse as WireKeepAliveResponse } from "./generated/etcdserverpb/LeaseKeepAliveResponse.ts";
export type { MaintenanceHandlers } from "./generated/etcdserverpb/Maintenance.ts";
export type { Member as WireMember } from "./generated/etcdserverpb/Member.ts";
export type { RangeRequest__Output as WireRangeRequest } from "./generated/etcdserverpb/RangeRequest.ts";
export type { RangeStreamResponse as WireRangeStreamResponse } from "./generated/etcdserverpb/RangeStreamResponse.ts";
export type { ResponseHeader as WireHeader } from "./generated/etcdserverpb/ResponseHeader.ts";
export type { SnapshotRequest__Output as WireSnapshotRequest } from "./generated/etcdserverpb/SnapshotRequest.ts";
export type { SnapshotResponse as WireSnapshotResponse } from "./generated/etcdserverpb/SnapshotResponse.ts";
export type { WatchHandlers } from "./generated/etcdserverpb/Watch.ts";
export type { WatchRequest__Output as WireWatchRequest } from "./generated/etcdserverpb/WatchRequest.ts";
export type { WatchResponse as WireWatchResponse } from "./generated/etcdserverpb/WatchResponse.ts";
export type { AdminClient, AdminHandlers } from "./generated/holdfast/v1/Admin.ts";
export type {
  AdminMember as WireAdminMember,
  AdminMember__Output as WireAdminMemberRead,
} from "./generated/holdfast/v1/AdminMember.ts";
export type {
  ChangeMembershipRequest as WireMembershipRequest,
  ChangeMembershipRequest__Output as WireMembershipRequestRead,
} from "./generated/holdfast/v1/ChangeMembershipRequest.ts";
export type { SessionClient, SessionHandlers } from "./generated/holdfast/v1/Session.ts";
export type { SessionReply, SessionReply__Output } from "./generated/holdfast/v1/SessionReply.ts";
export type {
  SessionRequest,
  SessionRequest__Output,
} from "./generated/holdfast/v1/SessionRequest.ts";
export type { Event as WireEvent } from "./generated/mvccpb/Event.ts";
export type { ProtoGrpcType as EtcdProtocol } from "./generated/rpc.ts";
export type { ElectionHandlers } from "./generated/v3electionpb/Election.ts";
export type { LeaderKey__Output as WireLeaderKey } from "./generated/v3electionpb/LeaderKey.ts";
export type { LeaderResponse as WireLeaderResponse } from "./generated/v3electionpb/LeaderResponse.ts";
export type { LockHandlers } from "./generated/v3lockpb/Lock.ts";
export { loadDefinition, loadProtocol } from "./load-protocol.ts";
export { MalformedPeerDataError } from "./peer/malformed-peer-data-error.ts";
export { decodeMembership, encodeMembership } from "./peer/membership-codec.ts";
export {
  bytesAt,
  countAt,
  exactFields,
  fieldsOf,
  flagAt,
  memberIdAt,
  textAt,
} from "./peer/peer-fields.ts";
export { packPeerData, unpackPeerData } from "./peer/peer-packer.ts";
export { decodeMessage, encodeMessage } from "./peer/raft-message-codec.ts";

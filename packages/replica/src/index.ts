export { type ConfiguredNode, FormationRefusedError } from "./formation.ts";
export { type Founder, foundingMembership } from "./founding-membership.ts";
export type { HashMessage } from "./hashes/hash-message.ts";
export { LeaderLookout } from "./leader-lookout.ts";
export type { LeaseMessage } from "./leases/lease-message.ts";
export type { LeaseCounts, ReplicaLeases } from "./leases/replica-leases.ts";
export { memberIdOf } from "./member-id.ts";
export { StoreInconsistentError } from "./member-state.ts";
export type { Knock } from "./membership/judge-knock.ts";
export type { LeaderAnswer, LeaderQuestion } from "./membership/leader-question.ts";
export { LeaderRefusedError } from "./membership/leader-questions.ts";
export type { MembershipRequest } from "./membership/membership-request.ts";
export { isReserved } from "./membership/reserved-store.ts";
export type {
  ForwardRefusal,
  PeerEvents,
  PeerIdentity,
  PeerMessage,
  PeerNetwork,
  SnapshotAnswer,
  SnapshotRequest,
  SnapshotSource,
} from "./ports/peer-network.ts";
export type { RoomGauge } from "./ports/room-gauge.ts";
export { Replica, type ReplicaParts } from "./replica.ts";
export type {
  ReadPoint,
  ReplicaApi,
  ReplicaCall,
  ReplicaRole,
  ReplicaStatus,
  SessionBatch,
} from "./replica-api.ts";
export {
  CallAbortedError,
  NoLeaderError,
  NoSpaceError,
  OverloadedError,
  ReplicaStoppedError,
  RequestTimedOutError,
  RequestTooLargeError,
} from "./replica-errors.ts";
export { type ReplicaOptions, resolveReplicaOptions } from "./replica-options.ts";
export type { FrozenState } from "./snapshot/frozen-states.ts";
export type { SnapshotObserver, SnapshotTransfer } from "./snapshot/snapshot-observer.ts";
export { quotaWarning } from "./space/quota-level.ts";

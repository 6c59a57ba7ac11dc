export type { RaftParts, Restored } from "./make-state.ts";
export type { MembershipCodec } from "./membership/membership-codec.ts";
export { quorumValue, quorumVote } from "./quorum/joint.ts";
export type { VoteResult } from "./quorum/majority.ts";
export { Raft } from "./raft.ts";
export { InvalidRaftOptionsError, type RaftOptions, resolveRaftOptions } from "./raft-options.ts";
export type { TraceEvent, TraceMessage, TraceSink } from "./trace/trace-event.ts";
export type {
  Effects,
  Fetch,
  MembershipRefusal,
  Outcome,
  PersistBatch,
  Refusal,
  RoleName,
  SnapshotFetch,
  SnapshotWanted,
  TransferFailure,
  Transition,
} from "./types/effects.ts";
export {
  compareEntryIds,
  ENTRY_OVERHEAD_BYTES,
  type Entry,
  type EntryId,
  type EntryKind,
  entryBytes,
  NO_ENTRY,
} from "./types/entry.ts";
export { type HardState, NO_HARD_STATE } from "./types/hard-state.ts";
export type { Input, Proposal, Token, WriteSeq } from "./types/input.ts";
export {
  isVoter,
  type MemberProfile,
  type Membership,
  type MembershipTarget,
  membersOf,
  NO_MEMBERSHIP,
  type Promotion,
} from "./types/membership.ts";
export type {
  AppendAccepted,
  AppendRejected,
  AppendRequest,
  Epoch,
  HeartbeatRequest,
  HeartbeatResponse,
  Message,
  PreVoteRequest,
  PreVoteResponse,
  ReadIndexRequest,
  ReadIndexResponse,
  Round,
  SnapshotOffer,
  TimeoutNow,
  VoteRequest,
  VoteResponse,
} from "./types/message.ts";
export type { SnapshotMeta } from "./types/snapshot-meta.ts";
export type { PeerStatus, RaftStatus } from "./types/status.ts";

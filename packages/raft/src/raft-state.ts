import type { LogIndex, MemberId, Millis, Random, Term } from "@holdfast/base";
import type { ElectionTimer } from "./election/election-timer.ts";
import type { ForwardedReads } from "./follower/forwarded-reads.ts";
import type { Handover } from "./leader/handover.ts";
import type { LeaderRole } from "./leader/leader-role.ts";
import type { RaftLog } from "./log/raft-log.ts";
import type { MembershipCodec } from "./membership/membership-codec.ts";
import type { MembershipHistory } from "./membership/membership-history.ts";
import type { Outbox } from "./outbox.ts";
import type { PersistQueue } from "./persist/persist-queue.ts";
import type { RaftOptions } from "./raft-options.ts";
import type { TraceSink } from "./trace/trace-event.ts";
import type { SnapshotFetch } from "./types/effects.ts";
import type { Epoch, Round } from "./types/message.ts";

export interface FollowerRole {
  readonly kind: "follower";
  readonly leader: MemberId | undefined;
}

/** Asks whether it would be elected; changes no term (thesis, section 9.6). */
export interface PreCandidateRole {
  readonly kind: "pre-candidate";
  readonly answers: Map<MemberId, boolean>;
}

export interface CandidateRole {
  readonly kind: "candidate";
  readonly answers: Map<MemberId, boolean>;
}

/** Leader-only data exists only in a leader. */
export type Role = FollowerRole | PreCandidateRole | CandidateRole | LeaderRole;

/** The last time that a leader was given up because its process was gone (decision 20). */
export interface GoneLeader {
  readonly term: Term;
  readonly at: Millis;
}

/** A state that the leader of a term offers and that the driver was asked to fetch. */
export interface TakenOffer extends SnapshotFetch {
  /** Of the latest repetition. */
  round: Round;
}

/** Everything one member knows. Plain data for the functions of the roles; only `Raft` owns one. */
export interface RaftState {
  readonly id: MemberId;
  readonly options: RaftOptions;
  readonly random: Random;
  now: Millis;
  term: Term;
  vote: MemberId | undefined;
  role: Role;
  /** When the current leader was last heard. */
  heardLeaderAt: Millis;
  gone: GoneLeader | undefined;
  /** Until then attempts follow each other quickly: there is certainly no leader, or nothing is known of one. */
  hurryUntil: Millis;
  /** Elections that this member has begun since it began to hurry. */
  hastyElections: number;
  /** The log up to here is held by every live member, as the leader last said. */
  floor: LogIndex;
  /** Fetches are numbered for the life of the core, so that a late answer finds nobody waiting. */
  lastFetchId: number;
  /** And so are sessions with peers: one that was removed and is back has another. */
  lastEpoch: Epoch;
  /** What the last effects allowed to be applied. */
  lastApplyTo: LogIndex;
  /** A transfer of leadership that has no outcome yet; it may outlive the leadership. */
  handover: Handover | undefined;
  /** As a follower: what the driver was last asked to fetch. */
  offer: TakenOffer | undefined;
  readonly timer: ElectionTimer;
  readonly log: RaftLog;
  readonly memberships: MembershipHistory;
  readonly membershipCodec: MembershipCodec;
  readonly reads: ForwardedReads;
  readonly persist: PersistQueue;
  readonly outbox: Outbox;
  readonly trace: TraceSink | undefined;
}

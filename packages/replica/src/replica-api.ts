import type {
  AbortSignalLike,
  BootId,
  ClusterId,
  LogIndex,
  MemberId,
  Millis,
  Revision,
  Steps,
  StoreId,
  Term,
} from "@holdfast/base";
import type { Membership } from "@holdfast/raft";
import type {
  Alarm,
  Operation,
  OperationResult,
  PublishedRevisions,
} from "@holdfast/state-machine";
import type { ReplicaLeases } from "./leases/replica-leases.ts";
import type { MembershipRequest } from "./membership/membership-request.ts";
import type { FrozenState } from "./snapshot/frozen-states.ts";

/** Every call ends by its deadline, on the replica's clock; later it may still take effect. */
export interface ReplicaCall {
  readonly deadline: Millis;
  /** Fail at once instead of waiting where no leader is known (etcd's `hasleader`). */
  readonly requireLeader?: boolean;
  readonly signal?: AbortSignalLike;
}

/** Operations of a client's own session, encoded by the client, already validated here. */
export interface SessionBatch {
  /** The encoded {@link import("@holdfast/state-machine").CommandBatch}; carried as it is. */
  readonly bytes: Uint8Array;
  readonly session: Uint8Array;
  readonly firstSequence: number;
  readonly count: number;
}

/** What a read sees, taken in one turn. */
export interface ReadPoint {
  readonly revision: Revision;
  readonly compactRevision: Revision;
}

/**
 * What a replica offers to the services above it, on any node: it forwards what
 * only the leader can do.
 *
 * Rejections are of the classes in `replica-errors.ts`; a committed operation that
 * did nothing is a result, not a rejection.
 */
export interface ReplicaApi {
  /** Proposes one operation in the node's own session; what one turn proposes becomes one entry. */
  propose(operation: Operation, call: ReplicaCall): Promise<OperationResult>;
  /** Proposes a client's batch as one entry and answers each operation, in order. */
  submit(batch: SessionBatch, call: ReplicaCall): Promise<readonly OperationResult[]>;
  /**
   * Computes over one consistent state, taken after a linearizable read index was
   * reached (`linearizable`), or at once from what is applied here.
   */
  read<Result>(
    compute: (point: ReadPoint) => Steps<Result>,
    call: ReplicaCall & { readonly linearizable: boolean },
  ): Promise<Result>;
  /** Resolves once everything that was committed when it was called is applied here. */
  barrier(call: ReplicaCall): Promise<void>;
  /**
   * Changes who takes part, asked on any node; resolves with the member that was added, changed or
   * removed once that is committed (docs/decisions/0008).
   *
   * Rejects with {@link import("./membership/leader-questions.ts").LeaderRefusedError} where the leader says no.
   */
  changeMembership(request: MembershipRequest, call: ReplicaCall): Promise<MemberId>;
  /** Hands leadership over, to the most advanced voter if `to` is undefined; resolves with who leads then. */
  transferLeadership(to: MemberId | undefined, call: ReplicaCall): Promise<MemberId>;
  /**
   * Resolves when nothing is left on this node's disk of what compactions up to `revision` freed.
   *
   * Rejects with the outcome `applied`: the compaction stands, whatever becomes of the wait.
   */
  collected(revision: Revision, call: ReplicaCall): Promise<void>;
  /**
   * Freezes all that is applied here, or a little more, for whoever keeps a copy of it outside of the cluster.
   *
   * Rejects with `OverloadedError` where enough copies are being made.
   */
  freeze(call: ReplicaCall): Promise<FrozenState>;
  /** The hash over all applied entries when `index` was the last of them; `undefined` where it is not known here (decision 15). */
  rollingHashAt(index: LogIndex): number | undefined;
  /**
   * Tells `follower` of revisions in the turn in which reads of this node see them, in order; without their
   * events where they are too many, or came with another node's state: they are read then. For good.
   */
  onRevisions(follower: (revisions: PublishedRevisions) => void): void;
  readonly leases: ReplicaLeases;
  status(): ReplicaStatus;
}

export type ReplicaRole =
  | "unborn"
  | "follower"
  | "pre-candidate"
  | "candidate"
  | "leader"
  | "learner"
  | "stopped";

/** A frozen moment of one replica. */
export interface ReplicaStatus {
  readonly role: ReplicaRole;
  readonly name: string;
  readonly storeId: StoreId;
  readonly bootId: BootId;
  readonly clusterId: ClusterId | undefined;
  readonly memberId: MemberId | undefined;
  readonly leader: MemberId | undefined;
  readonly term: Term;
  readonly membership: Membership;
  readonly lastIndex: LogIndex;
  readonly committed: LogIndex;
  readonly applied: LogIndex;
  readonly revision: Revision;
  readonly compactRevision: Revision;
  /** Sessions that are open, of clients and of nodes; at most 100,000 of clients. */
  readonly sessions: number;
  /** Size of the applied state on disk, bytes, roughly. */
  readonly stateBytes: number;
  /** How large that may grow; below 0: as large as it likes. */
  readonly quotaBytes: number;
  /** Why the replica does not serve, in words for a person; `undefined` when it does. */
  readonly waitingFor: string | undefined;
  /** Why this node's disk has no room for more, and what to do, in words; `undefined` when it has (decision 14). */
  readonly shortage: string | undefined;
  /** What keeps the cluster from taking writes, as far as it is applied here. */
  readonly alarms: readonly Alarm[];
  readonly electionTimeoutMs: number;
}

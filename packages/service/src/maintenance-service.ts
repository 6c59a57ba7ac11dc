import type { MemberId, Revision } from "@holdfast/base";
import { type FrozenState, quotaWarning, type ReplicaApi } from "@holdfast/replica";
import {
  type Alarm,
  type HashKv,
  hashKvSteps,
  hashStateSteps,
  type ReadRefusal,
  type RowLayout,
} from "@holdfast/state-machine";
import type { CallContext, ReplicaCalls } from "./call-context.ts";
import type { Headers } from "./response-header.ts";

/** The release of etcd whose interface is spoken; clients parse it and turn features on by it. */
export const ETCD_VERSION = "3.6.0";

/** How one member is. */
export interface MemberStatus {
  readonly version: string;
  readonly stateBytes: number;
  readonly sizeQuotaBytes: number;
  /** 0: none is known. */
  readonly leader: number;
  readonly lastIndex: number;
  readonly appliedIndex: number;
  readonly term: number;
  readonly revision: number;
  readonly isLearner: boolean;
  /** What is wrong, in etcd's words where it has any. */
  readonly errors: readonly string[];
  /** What the log knows to be wrong. */
  readonly alarms: readonly Alarm[];
}

/** Looks after one member. Answers from what is known here, without asking others. */
export class MaintenanceService {
  readonly #headers: Headers;
  readonly #replica: ReplicaApi;
  readonly #calls: ReplicaCalls;
  readonly #layout: RowLayout;

  constructor(ports: {
    readonly headers: Headers;
    readonly replica: ReplicaApi;
    readonly calls: ReplicaCalls;
    /** Where the replica's state machine keeps its rows. */
    readonly layout: RowLayout;
  }) {
    this.#headers = ports.headers;
    this.#replica = ports.replica;
    this.#calls = ports.calls;
    this.#layout = ports.layout;
  }

  /** The hash of all this member has up to `revision`, 0 for what it has now: equal on all members (decision 15). */
  hashKv(revision: Revision, context: CallContext): Promise<HashKv | ReadRefusal> {
    return this.#replica.read(
      (point) => hashKvSteps(revision, point, this.#layout),
      this.#calls.read(context, false),
    );
  }

  /** The hash of all replicated state of this member as it is now. */
  hash(context: CallContext): Promise<{ readonly hash: number; readonly storeRevision: Revision }> {
    return this.#replica.read(
      (point) => hashStateSteps(point, this.#layout),
      this.#calls.read(context, false),
    );
  }

  /**
   * Hands leadership to a member. Like etcd only the leader is asked; resolves once the other leads.
   *
   * @returns undefined where this member does not lead
   */
  async moveLeader(to: MemberId, context: CallContext): Promise<MemberId | undefined> {
    const { leader, memberId } = this.#replica.status();
    if (memberId === undefined || leader !== memberId) return undefined;
    return this.#replica.transferLeadership(to, this.#calls.call(context));
  }

  /** Freezes what this member has, to be copied; whoever asked closes it. */
  freeze(context: CallContext): Promise<FrozenState> {
    return this.#replica.freeze(this.#calls.call(context));
  }

  status(): MemberStatus {
    const status = this.#headers.status();
    const errors: string[] = [];
    if (status.leader === undefined) errors.push("etcdserver: no leader");
    if (status.waitingFor !== undefined) errors.push(status.waitingFor);
    const warning = quotaWarning(status.stateBytes, status.quotaBytes);
    if (warning !== undefined) errors.push(warning);
    if (status.shortage !== undefined) errors.push(`NOSPACE: ${status.shortage}`);
    return {
      version: ETCD_VERSION,
      stateBytes: status.stateBytes,
      sizeQuotaBytes: status.quotaBytes,
      leader: status.leader ?? 0,
      lastIndex: status.lastIndex,
      appliedIndex: status.applied,
      term: status.term,
      revision: status.revision,
      isLearner: status.role === "learner",
      errors,
      alarms: status.alarms,
    };
  }
}

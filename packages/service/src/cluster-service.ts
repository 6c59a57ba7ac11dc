import type { MemberId } from "@holdfast/base";
import {
  isReserved,
  type MembershipRequest,
  type ReplicaApi,
  type ReplicaStatus,
} from "@holdfast/replica";
import type { CallContext, ReplicaCalls } from "./call-context.ts";

/** A member as clients see it. */
export interface ClusterMember {
  readonly id: number;
  /** Empty: whoever joins from the peer address names it. */
  readonly name: string;
  readonly peerAddress: string;
  /** Empty: told by the node when it joins. */
  readonly clientAddress: string;
  /** Its node has joined; otherwise it was added and is waited for. */
  readonly isStarted: boolean;
  /** One that was added as a voter is none, though it still catches up (decision 17). */
  readonly isLearner: boolean;
  /** Becomes a voter by itself once it has caught up. */
  readonly isPromoting: boolean;
  /** The member whose place it then takes. */
  readonly replaces: number | undefined;
}

/** What a change of the membership came to. */
export interface MembershipChange {
  /** The member that was added, changed or removed. */
  readonly member: number;
  /** Everybody, afterwards. */
  readonly members: readonly ClusterMember[];
}

/** Who takes part in the cluster, and who shall. */
export class ClusterService {
  readonly #replica: ReplicaApi;
  readonly #calls: ReplicaCalls;

  constructor(ports: { readonly replica: ReplicaApi; readonly calls: ReplicaCalls }) {
    this.#replica = ports.replica;
    this.#calls = ports.calls;
  }

  /** The members, as known here; `linearizable` catches up with the cluster first. */
  async members(
    context: CallContext & { readonly linearizable: boolean },
  ): Promise<readonly ClusterMember[]> {
    if (context.linearizable) await this.#replica.barrier(this.#calls.call(context));
    return membersOf(this.#replica.status());
  }

  /** Whether that is a member, as known here. */
  has(id: MemberId): boolean {
    return this.#replica.status().membership.profiles.some((profile) => profile.id === id);
  }

  /**
   * Resolves once the change is committed and seen here.
   *
   * Rejects with `LeaderRefusedError`, and with the errors of the replica.
   */
  async change(request: MembershipRequest, context: CallContext): Promise<MembershipChange> {
    const call = this.#calls.call(context);
    const member = await this.#replica.changeMembership(request, call);
    // The leader has it; this node shall not answer with what it knew before. It may be the one that left.
    await this.#replica.barrier(call).catch(() => undefined);
    return { member, members: membersOf(this.#replica.status()) };
  }

  /** Resolves with the new leader once it leads. */
  moveLeader(to: number | undefined, context: CallContext): Promise<MemberId> {
    return this.#replica.transferLeadership(to as MemberId | undefined, this.#calls.call(context));
  }
}

function membersOf({ membership }: ReplicaStatus): readonly ClusterMember[] {
  const { learners, promotions, profiles } = membership;
  return profiles.map((profile) => {
    const { id, name, peerAddress, clientAddress } = profile;
    const promotion = promotions.find(({ learner }) => learner === id);
    return {
      id,
      name,
      peerAddress,
      clientAddress,
      isStarted: !isReserved(profile),
      isLearner: learners.includes(id) && promotion === undefined,
      isPromoting: promotion !== undefined,
      replaces: promotion?.replaces,
    };
  });
}

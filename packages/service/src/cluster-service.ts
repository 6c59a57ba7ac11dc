import type { ReplicaApi, ReplicaStatus } from "@holdfast/replica";
import type { CallContext, ReplicaCalls } from "./call-context.ts";

/** A member as clients see it. */
export interface ClusterMember {
  readonly id: number;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

/** Who takes part in the cluster. */
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
    const { learners, profiles } = this.#replica.status().membership;
    return profiles.map((profile) => memberOf(profile, learners.includes(profile.id)));
  }
}

type Profile = ReplicaStatus["membership"]["profiles"][number];

function memberOf(profile: Profile, isLearner: boolean): ClusterMember {
  return {
    id: profile.id,
    name: profile.name,
    peerUrls: [`http://${profile.peerAddress}`],
    clientUrls: [`http://${profile.clientAddress}`],
    isLearner,
  };
}

import type { Millis } from "@holdfast/base";
import type { Member } from "../member.ts";
import type { ReplicaCall } from "../replica-api.ts";

/** What a replica offers of leases beside what is proposed, on any node. */
export interface ReplicaLeases {
  /** A lease as it is applied here. */
  find(id: bigint): { readonly ttlSeconds: number } | undefined;
  /** All leases as they are applied here; those that end soonest first, where that is known and they are few. */
  all(): readonly bigint[];
  /** Gives a lease all of its time again: resolves with how long it lives from now on, s; 0 if it is not known. */
  renew(id: bigint, call: ReplicaCall): Promise<number>;
  /** What the leader says is left of a lease, ms; `undefined` if it is not there. */
  remainingMs(id: bigint, call: ReplicaCall): Promise<Millis | undefined>;
  /** Since this node started, or took over another's state. */
  counts(): LeaseCounts;
}

export interface LeaseCounts {
  readonly leases: number;
  readonly granted: number;
  readonly revoked: number;
  readonly renewed: number;
  /** Ended by this node as the leader. */
  readonly expired: number;
}

const NO_COUNTS: LeaseCounts = Object.freeze({
  leases: 0,
  granted: 0,
  revoked: 0,
  renewed: 0,
  expired: 0,
});

/** The leases of whichever member serves. */
export function replicaLeases(
  serving: () => Member | undefined,
  notServing: () => Promise<never>,
): ReplicaLeases {
  return {
    find: (id) => serving()?.state.machine.leases.find(id),
    all: () => serving()?.leases.all() ?? [],
    renew: (id, call) => serving()?.leases.renewals.renew(id, call) ?? notServing(),
    remainingMs: (id, call) => serving()?.leases.questions.remainingMs(id, call) ?? notServing(),
    counts: () => serving()?.leases.counts() ?? NO_COUNTS,
  };
}

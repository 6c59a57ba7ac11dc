import type { ClusterId, StoreId } from "@holdfast/base";
import type { MemberProfile, Membership } from "@holdfast/raft";
import { memberIdOf } from "./member-id.ts";

/** A store that takes part in a cluster from its first moment. */
export interface Founder {
  readonly name: string;
  readonly storeId: StoreId;
  readonly peerAddress: string;
  readonly clientAddress: string;
}

/** The first membership of a cluster: all who found it are voters. */
export function foundingMembership(clusterId: ClusterId, founders: readonly Founder[]): Membership {
  const profiles: MemberProfile[] = founders
    .map(({ name, storeId, peerAddress, clientAddress }) => ({
      id: memberIdOf(clusterId, name, storeId),
      name,
      storeId,
      peerAddress,
      clientAddress,
    }))
    .sort((a, b) => a.id - b.id);
  return {
    voters: profiles.map(({ id }) => id),
    outgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
    promotions: [],
    profiles,
  };
}

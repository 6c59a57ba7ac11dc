import type { MemberId, StoreId } from "@holdfast/base";

/** What is known of a member beside its part in quorums; it travels in the membership entry (decision 16). */
export interface MemberProfile {
  readonly id: MemberId;
  /** The name the configuration file gives the node. */
  readonly name: string;
  readonly storeId: StoreId;
  /** `host:port` for peers. */
  readonly peerAddress: string;
  /** `host:port` for clients. */
  readonly clientAddress: string;
}

/**
 * A learner that becomes a voter by itself once it has caught up. Replicated, so
 * that a later leader goes on with it (decision 17).
 */
export interface Promotion {
  readonly learner: MemberId;
  /** The voter that leaves in the same change: the same node with its former store (decision 16). */
  readonly replaces: MemberId | undefined;
}

/**
 * Who takes part. All arrays are sorted ascending and free of duplicates.
 *
 * A joint configuration has `outgoing` voters: decisions then need a majority of
 * `voters` and one of `outgoing` (thesis, section 4.3).
 */
export interface Membership {
  readonly voters: readonly MemberId[];
  /** The voters being replaced; empty outside a joint configuration. */
  readonly outgoing: readonly MemberId[];
  readonly learners: readonly MemberId[];
  /** Outgoing voters that become learners when the joint configuration is left. */
  readonly learnersNext: readonly MemberId[];
  /** Whether the leader leaves the joint configuration by itself once it is committed. */
  readonly autoLeave: boolean;
  /** Sorted by learner; each learner at most once. */
  readonly promotions: readonly Promotion[];
  /** One for each member above, sorted by id. */
  readonly profiles: readonly MemberProfile[];
}

export const NO_MEMBERSHIP: Membership = {
  voters: [],
  outgoing: [],
  learners: [],
  learnersNext: [],
  autoLeave: false,
  promotions: [],
  profiles: [],
};

/**
 * The configuration that somebody wants. The core plans the way there: a change of
 * voters is joint and left by itself (thesis, section 4.3), any other is one entry.
 */
export interface MembershipTarget {
  readonly voters: readonly MemberId[];
  readonly learners: readonly MemberId[];
  readonly promotions: readonly Promotion[];
  /** One for each voter and learner; those who leave keep theirs until they have left. */
  readonly profiles: readonly MemberProfile[];
}

/** Everybody who is sent the log, sorted ascending. */
export function membersOf(membership: Membership): readonly MemberId[] {
  const all = new Set([...membership.voters, ...membership.outgoing, ...membership.learners]);
  return [...all].sort((a, b) => a - b);
}

export function isVoter(membership: Membership, id: MemberId): boolean {
  return membership.voters.includes(id) || membership.outgoing.includes(id);
}

/** Whether this member decides alone. */
export function isOnlyVoter({ voters, outgoing }: Membership, id: MemberId): boolean {
  return [...voters, ...outgoing].every((voter) => voter === id);
}

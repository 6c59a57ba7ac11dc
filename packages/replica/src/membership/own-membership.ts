import type { LogIndex, MemberId } from "@holdfast/base";
import { isVoter, type Membership, type MembershipCodec } from "@holdfast/raft";
import type { WalRecovered } from "@holdfast/storage";

/** A configuration and where it stands in the log. */
export interface DatedMembership {
  readonly index: LogIndex;
  readonly membership: Membership;
}

/**
 * Tells when a member has left its cluster.
 *
 * One that joins is sent the log from its beginning, with configurations from before
 * it was added; only one that follows a configuration with this member is its removal.
 * Who joins begins as a learner at index 0, who founds as a voter.
 */
export class OwnMembership {
  readonly #self: MemberId;
  /** What it was born with: committed, and with this member in it. */
  readonly #base: Membership;
  #wasIncluded: boolean;
  #leavesAt: LogIndex | undefined;

  /** By what the log held at the start. */
  static recovered(
    self: MemberId,
    { head, memberships }: WalRecovered,
    { decode }: MembershipCodec,
  ): OwnMembership {
    const base = { index: head.compacted.index, membership: decode(head.membership) };
    const later = memberships.map(({ index, payload }) => ({ index, membership: decode(payload) }));
    return new OwnMembership(self, base, later);
  }

  /** `base` is the configuration that the store was born with, or that stands at the log's beginning. */
  constructor(self: MemberId, base: DatedMembership, later: readonly DatedMembership[]) {
    this.#self = self;
    this.#base = base.membership;
    this.#wasIncluded = base.index > 0 || isVoter(base.membership, self);
    for (const each of later) this.changed(each);
  }

  /** The configuration in force is now another one. */
  changed({ index, membership }: DatedMembership): void {
    const isIncluded = membership.profiles.some(({ id }) => id === this.#self);
    if (isIncluded) this.#wasIncluded = true;
    this.#leavesAt = isIncluded || !this.#wasIncluded ? undefined : index;
  }

  /**
   * Whose voters know whether this is a member still: those of the configuration in force, or, before the log has
   * named this member, of the one that admitted it, as what is in force here is older then. A majority of those
   * voters have had that configuration in their logs.
   */
  askedOf(inForce: Membership): Membership {
    return this.#wasIncluded ? inForce : this.#base;
  }

  /** Whether, with the log applied up to `index`, this member is one no more. */
  hasLeft(index: LogIndex): boolean {
    return this.#leavesAt !== undefined && index >= this.#leavesAt;
  }
}

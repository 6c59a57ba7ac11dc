import { assert, type MemberId, type Millis } from "@holdfast/base";
import { quorumValue } from "../quorum/joint.ts";
import type { Membership } from "../types/membership.ts";
import type { Round } from "../types/message.ts";

/**
 * A leader's questions "am I still the leader?", numbered. A round that a quorum
 * answers proves that no other leader had been elected when it was sent: that one
 * mechanism confirms reads and checks the leader's contact (raft.md §5).
 */
export class ContactRounds {
  /** The latest round sent; round 0 stands for the election itself. */
  #latest: Round = 0;
  #confirmed: Round = 0;
  /** When each round from the confirmed one on was sent. */
  #sentAt: Millis[];

  constructor(electedAt: Millis) {
    this.#sentAt = [electedAt];
  }

  get latest(): Round {
    return this.#latest;
  }

  /** The latest round that a quorum has answered. */
  get confirmed(): Round {
    return this.#confirmed;
  }

  /** When the confirmed round was sent: since then at the latest this leader is in contact. */
  get contactAt(): Millis {
    const at = this.#sentAt[0];
    assert(at !== undefined, "the confirmed round has a time");
    return at;
  }

  start(now: Millis): Round {
    this.#latest++;
    this.#sentAt.push(now);
    return this.#latest;
  }

  /** Whether more is confirmed than before. The leader itself has answered every round. */
  count(self: MemberId, membership: Membership, ackedBy: (peer: MemberId) => Round): boolean {
    const round = quorumValue(membership, (id) => (id === self ? this.#latest : ackedBy(id)));
    const confirmed = Math.min(round, this.#latest);
    if (confirmed <= this.#confirmed) return false;
    this.#sentAt.splice(0, confirmed - this.#confirmed);
    this.#confirmed = confirmed;
    return true;
  }
}

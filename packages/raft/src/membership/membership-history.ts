import { assert, type LogIndex } from "@holdfast/base";
import type { Membership } from "../types/membership.ts";

interface Dated {
  readonly index: LogIndex;
  readonly membership: Membership;
}

/**
 * The configurations of the log. The last one is in force from the moment it is
 * appended, and out of force again when it is truncated (thesis, section 4.1).
 */
export class MembershipHistory {
  #dated: Dated[];

  /** `base` is the configuration at the compacted index. */
  constructor(base: Dated, later: readonly Dated[]) {
    this.#dated = [base, ...later];
  }

  get effective(): Membership {
    return this.#latest().membership;
  }

  /** Where the configuration in force stands in the log. */
  get effectiveIndex(): LogIndex {
    return this.#latest().index;
  }

  append(index: LogIndex, membership: Membership): void {
    assert(index > this.effectiveIndex, "configurations are appended in order");
    this.#dated.push({ index, membership });
  }

  /** Whether the configuration in force changed. */
  truncate(from: LogIndex): boolean {
    const before = this.#dated.length;
    this.#dated = this.#dated.filter(({ index }, at) => at === 0 || index < from);
    return this.#dated.length !== before;
  }

  /** The configuration in force at `index`; older ones are forgotten. */
  compact(upTo: LogIndex): Membership {
    const at = this.#dated.findLastIndex(({ index }) => index <= upTo);
    const kept = this.#dated[Math.max(at, 0)];
    assert(kept !== undefined, "there is a configuration at every index");
    this.#dated = [kept, ...this.#dated.slice(Math.max(at, 0) + 1)];
    return kept.membership;
  }

  #latest(): Dated {
    const latest = this.#dated.at(-1);
    assert(latest !== undefined, "there is always a configuration");
    return latest;
  }
}

import { assert, type LogIndex } from "@holdfast/base";
import type { Membership } from "../types/membership.ts";

export interface DatedMembership {
  readonly index: LogIndex;
  readonly membership: Membership;
}

/**
 * The configurations of the log. The last one is in force from the moment it is
 * appended, and out of force again when it is truncated (thesis, section 4.1).
 */
export class MembershipHistory {
  #dated: DatedMembership[];
  #effective: DatedMembership;

  /** `base` is the configuration at the compacted index. */
  constructor(base: DatedMembership, later: readonly DatedMembership[]) {
    this.#dated = [base, ...later];
    this.#effective = later.at(-1) ?? base;
  }

  get effective(): Membership {
    return this.#effective.membership;
  }

  /** Where the configuration in force stands in the log. */
  get effectiveIndex(): LogIndex {
    return this.#effective.index;
  }

  /** All that are known, the one at the compacted index first. */
  get all(): readonly DatedMembership[] {
    return this.#dated;
  }

  append(index: LogIndex, membership: Membership): void {
    assert(index > this.effectiveIndex, "configurations are appended in order");
    this.#effective = { index, membership };
    this.#dated.push(this.#effective);
  }

  /** Whether the configuration in force changed. */
  truncate(from: LogIndex): boolean {
    const before = this.#dated.length;
    this.#dated = this.#dated.filter(({ index }, at) => at === 0 || index < from);
    this.#effective = this.#dated.at(-1) ?? this.#effective;
    return this.#dated.length !== before;
  }

  /** The configuration in force at `index`, which is not behind the compacted one. */
  at(index: LogIndex): Membership {
    return this.datedAt(index).membership;
  }

  /** As {@link at}, with where it stands in the log. */
  datedAt(index: LogIndex): DatedMembership {
    return this.#dated[this.#positionAt(index)] ?? this.#effective;
  }

  /** The configuration in force at `index` and all that follow it. */
  since(index: LogIndex): readonly Membership[] {
    return this.#dated.slice(this.#positionAt(index)).map(({ membership }) => membership);
  }

  /** The configuration in force at `upTo`; older ones are forgotten. */
  compact(upTo: LogIndex): Membership {
    this.#dated = this.#dated.slice(this.#positionAt(upTo));
    const [kept] = this.#dated;
    assert(kept !== undefined, "there is a configuration at every index");
    return kept.membership;
  }

  /** Another state takes the place of the log: nothing is known but its configuration. */
  reset(base: DatedMembership): void {
    this.#dated = [base];
    this.#effective = base;
  }

  #positionAt(index: LogIndex): number {
    return Math.max(
      0,
      this.#dated.findLastIndex((dated) => dated.index <= index),
    );
  }
}

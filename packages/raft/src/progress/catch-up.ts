import type { LogIndex, Millis } from "@holdfast/base";

/**
 * Whether a learner keeps up (thesis, section 4.2.1): time is cut into rounds, each of
 * them over when the learner holds what the leader's log held at its beginning. A round
 * shorter than an election timeout means that as a voter it would not hold up the others
 * for longer than an election does.
 */
export class CatchUp {
  #target: LogIndex;
  #startedAt: Millis;

  constructor(lastIndex: LogIndex, now: Millis) {
    this.#target = lastIndex;
    this.#startedAt = now;
  }

  /** The learner has just answered. Whether it ended a round that was short enough. */
  answered(
    match: LogIndex,
    { lastIndex, now, withinMs }: { lastIndex: LogIndex; now: Millis; withinMs: Millis },
  ): boolean {
    if (match < this.#target) return false;
    const short = now - this.#startedAt < withinMs;
    this.#target = lastIndex;
    this.#startedAt = now;
    return short;
  }
}

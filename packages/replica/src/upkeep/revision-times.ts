import type { Clock, Millis, Revision } from "@holdfast/base";

const HOUR_MS: Millis = 3_600_000;
/** Looks in a period, or in an hour of a longer one: etcd's. */
const LOOKS = 10;
/** Moments of a period that are kept at most: of one that is longer than four days, fewer in an hour. */
export const MOMENTS_MAX = 1000;

/** Which revision was the last one a period ago, told by moments that are noted now and then. */
export class RevisionTimes {
  /** Between two moments to note, ms. */
  readonly everyMs: Millis;
  /** Between two compactions, ms; the first comes after the whole period. */
  readonly compactEveryMs: Millis;
  readonly #clock: Clock;
  readonly #retentionMs: Millis;
  #moments: { readonly at: Millis; readonly revision: Revision }[] = [];

  constructor(clock: Clock, retentionMs: Millis) {
    this.#clock = clock;
    this.#retentionMs = retentionMs;
    this.compactEveryMs = Math.min(retentionMs, HOUR_MS);
    this.everyMs = Math.max(this.compactEveryMs / LOOKS, retentionMs / MOMENTS_MAX);
  }

  note(revision: Revision): void {
    const now = this.#clock.now();
    this.#moments.push({ at: now, revision });
    const old = this.#moments.findLastIndex(({ at }) => now - at >= this.#retentionMs);
    if (old > 0) this.#moments.splice(0, old);
  }

  /** The newest that is known to have been there a period ago; `undefined` where nothing is known of that time. */
  aPeriodAgo(): Revision | undefined {
    const [oldest] = this.#moments;
    if (oldest === undefined) return undefined;
    return this.#clock.now() - oldest.at >= this.#retentionMs ? oldest.revision : undefined;
  }
}

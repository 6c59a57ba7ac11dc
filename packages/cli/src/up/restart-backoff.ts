const FIRST_DELAY_MS = 200;
const LAST_DELAY_MS = 10_000;
const STEADY_AFTER_MS = 5_000;

/**
 * How long to wait before a node that ended is started again: not at all at
 * first, then 0.2 s doubling to 10 s; from the beginning once it has run for 5 s
 * (decision 25).
 */
export class RestartBackoff {
  #failures = 0;

  /** The pause before the next start, ms, given how long the last run lasted, ms. */
  next(ranForMs: number): number {
    if (ranForMs >= STEADY_AFTER_MS) this.#failures = 0;
    const failures = this.#failures++;
    if (failures === 0) return 0;
    return Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  }
}

import type { Clock, Millis } from "@holdfast/base";

/** A point read of the engine that takes longer than this is slow, ms (decision 12). */
export const SLOW_READ_MS: Millis = 1;
/** Of so many reads one in a hundred may be slow: their p99. */
const WINDOW_READS = 1_024;
const SLOW_READS_MAX: number = Math.floor(WINDOW_READS / 100);
/** While reads are slow, one is tried in the event loop this often, ms. */
const PROBE_EVERY_MS: Millis = 50;
/** So many tries in a row must be quick before reads come back to the event loop. */
const PROBES = 32;

/**
 * Watches how long the engine's reads hold the event loop, and says when they should
 * no longer be made there: where their p99 is above a millisecond. It takes some
 * seconds of quick tries to say that they may be again, so it does not swing.
 */
export class ReadGauge {
  readonly #clock: Clock;
  readonly #wasSlow: Uint8Array = new Uint8Array(WINDOW_READS);
  #at = 0;
  #slowReads = 0;
  #isSlow = false;
  #quickProbes = 0;
  #nextProbeAt: Millis = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Whether reads should leave the event loop now. At times it says no though they are
   * slow, until a read has been tried: whoever asks and then needs none uses up no try.
   */
  get readsAreSlow(): boolean {
    return this.#isSlow && this.#clock.now() < this.#nextProbeAt;
  }

  /** Makes a read and counts how long it took. */
  measure<Result>(read: () => Result): Result {
    const start = this.#clock.now();
    const result = read();
    this.#record(this.#clock.now() - start >= SLOW_READ_MS);
    return result;
  }

  #record(slow: boolean): void {
    if (this.#isSlow) {
      this.#nextProbeAt = this.#clock.now() + PROBE_EVERY_MS;
      this.#quickProbes = slow ? 0 : this.#quickProbes + 1;
      if (this.#quickProbes >= PROBES) this.#startAnew();
      return;
    }
    this.#slowReads += (slow ? 1 : 0) - (this.#wasSlow[this.#at] ?? 0);
    this.#wasSlow[this.#at] = slow ? 1 : 0;
    this.#at = (this.#at + 1) % WINDOW_READS;
    if (this.#slowReads > SLOW_READS_MAX) {
      this.#isSlow = true;
      this.#nextProbeAt = this.#clock.now() + PROBE_EVERY_MS;
    }
  }

  #startAnew(): void {
    this.#isSlow = false;
    this.#quickProbes = 0;
    this.#slowReads = 0;
    this.#wasSlow.fill(0);
  }
}

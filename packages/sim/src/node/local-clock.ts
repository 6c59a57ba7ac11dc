import type { Millis } from "@holdfast/base";

/** The monotonic clock of one machine: it runs a little fast or slow, and may leap ahead. */
export class LocalClock {
  readonly #rate: number;
  #base: Millis;
  #since: Millis = 0;

  constructor(offset: Millis, rate: number) {
    this.#base = offset;
    this.#rate = rate;
  }

  /** What it shows at a moment of the world. */
  at(worldTime: Millis): Millis {
    return this.#base + (worldTime - this.#since) * this.#rate;
  }

  /** The first moment of the world at which it certainly shows `local`. */
  worldTimeOf(local: Millis): Millis {
    return this.#since + (local - this.#base) / this.#rate + 0.001;
  }

  leap(worldTime: Millis, by: Millis): void {
    this.#base = this.at(worldTime) + by;
    this.#since = worldTime;
  }
}

import type { Clock } from "./clock.ts";
import type { Millis } from "./ids.ts";

/**
 * Lets so much through a second, such as bytes or operations, evenly: nobody who waits is
 * let in before its time, and time in which nobody came is not made up for.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #perMs: number;
  #freeAt: Millis = 0;

  /** @param perSecond `Infinity` for no limit. */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perMs = perSecond / 1000;
  }

  /** Resolves when what was let through before has had its time; `amount` more is then on its way. */
  async pass(amount: number): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#freeAt);
    this.#freeAt = at + amount / this.#perMs;
    if (at > now) await new Promise<void>((go) => this.#clock.timer(at - now, go));
  }
}

import type { Clock, Millis } from "@holdfast/base";

/** Lets so many bytes a second through, evenly: nobody who waits is let in before its time. */
export class Pace {
  readonly #clock: Clock;
  readonly #bytesPerMs: number;
  #freeAt: Millis = 0;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** Resolves when what was let through before has had its time; `bytes` more are then on their way. */
  async pass(bytes: number): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#freeAt);
    this.#freeAt = at + bytes / this.#bytesPerMs;
    if (at > now) await new Promise<void>((go) => this.#clock.timer(at - now, go));
  }
}

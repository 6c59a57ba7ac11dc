import type { Cancel, Clock, Millis } from "@holdfast/base";

/** One timer for all deadlines of a client: set for the earliest, moved when an earlier one comes. */
export class DeadlineWatch {
  readonly #clock: Clock;
  readonly #sweep: (now: Millis) => Millis;
  #wakeAt = Number.POSITIVE_INFINITY;
  #cancel: Cancel | undefined;

  /** `sweep` ends what is due and returns the earliest deadline left; infinity for none. */
  constructor(clock: Clock, sweep: (now: Millis) => Millis) {
    this.#clock = clock;
    this.#sweep = sweep;
  }

  expect(deadline: Millis): void {
    if (deadline >= this.#wakeAt) return;
    this.stop();
    this.#wakeAt = deadline;
    this.#cancel = this.#clock.timer(Math.max(0, deadline - this.#clock.now()), () => this.#wake());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
  }

  #wake(): void {
    this.#cancel = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.expect(this.#sweep(this.#clock.now()));
  }
}

import type { Clock, Millis } from "@holdfast/base";

/** A longer silence was a stall of this process, or of its machine, ms. */
const STALL_MS: Millis = 250;
/** So long after a stall time still stands, ms: what was sent here meanwhile is first read and applied. */
const GRACE_MS: Millis = 500;

/**
 * Time as a leader attends to it: it passes as the clock does, but stands while the process does, and
 * a little longer. Nobody could renew anything here meanwhile, so for leases no time passed. Who uses
 * it looks at it more often than every {@link STALL_MS}.
 */
export class AttendedTime {
  readonly #clock: Clock;
  #seen: Millis;
  #attended: Millis = 0;
  #standsUntil: Millis = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#seen = clock.now();
  }

  now(): Millis {
    const now = this.#clock.now();
    const from = Math.max(this.#seen, this.#standsUntil);
    if (now - this.#seen > STALL_MS) this.#standsUntil = now + GRACE_MS;
    else if (now > from) this.#attended += now - from;
    this.#seen = now;
    return this.#attended;
  }
}

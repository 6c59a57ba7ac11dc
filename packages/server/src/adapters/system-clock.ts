import type { Cancel, Clock, Millis } from "@holdfast/base";

/** Node takes a longer one for 1 ms; the timer looks again when this is over. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** The machine's monotonic clock. */
export class SystemClock implements Clock {
  now(): Millis {
    return performance.now();
  }

  /**
   * A timer that has fallen due fires only behind the next poll of the sockets:
   * after a pause of the process all timers are due at once, and what peers said
   * meanwhile must be heard before it is concluded that they were silent (decision 5).
   */
  timer(delayMs: number, fire: () => void): Cancel {
    const due = this.now() + delayMs;
    let immediate: NodeJS.Immediate | undefined;
    const look = (): void => {
      // Node counts whole milliseconds from where one began, so it may call up to one too early.
      const earlyMs = due - this.now();
      if (earlyMs > 0) timeout = setTimeout(look, Math.min(earlyMs, TIMEOUT_MS_MAX));
      // Set from within the timers phase this runs behind the poll phase that follows.
      else immediate = setImmediate(fire);
    };
    let timeout = setTimeout(look, Math.min(delayMs, TIMEOUT_MS_MAX));
    return () => {
      clearTimeout(timeout);
      if (immediate !== undefined) clearImmediate(immediate);
    };
  }
}

import { performance } from "node:perf_hooks";
import type { Cancel, Clock, Millis } from "@holdfast/base";

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
      if (earlyMs > 0) timeout = setTimeout(look, earlyMs);
      // Set from within the timers phase this runs behind the poll phase that follows.
      else immediate = setImmediate(fire);
    };
    let timeout = setTimeout(look, delayMs);
    return () => {
      clearTimeout(timeout);
      if (immediate !== undefined) clearImmediate(immediate);
    };
  }
}

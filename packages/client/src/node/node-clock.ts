import type { Cancel, Clock, Millis } from "@holdfast/base";

/** Node takes a longer one for 1 ms; the timer looks again when this is over. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** The process's monotonic clock. */
export class NodeClock implements Clock {
  now(): Millis {
    return performance.now();
  }

  timer(delayMs: number, fire: () => void): Cancel {
    const due = this.now() + delayMs;
    let immediate: NodeJS.Immediate | undefined;
    const look = (): void => {
      // Node counts whole milliseconds from where one began, so it may call up to one too early.
      const earlyMs = due - this.now();
      if (earlyMs > 0) timeout = setTimeout(look, Math.min(earlyMs, TIMEOUT_MS_MAX));
      // One whole poll phase, so that answers that are here already count (decision 5).
      else immediate = setImmediate(fire);
    };
    let timeout = setTimeout(look, Math.min(delayMs, TIMEOUT_MS_MAX));
    return () => {
      clearTimeout(timeout);
      clearImmediate(immediate);
    };
  }
}

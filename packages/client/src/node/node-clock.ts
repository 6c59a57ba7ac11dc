import type { Cancel, Clock, Millis } from "@holdfast/base";

/** The process's monotonic clock. */
export class NodeClock implements Clock {
  now(): Millis {
    return performance.now();
  }

  timer(delayMs: number, fire: () => void): Cancel {
    let immediate: NodeJS.Immediate | undefined;
    const timeout = setTimeout(() => {
      // One whole poll phase, so that answers that are here already count (decision 5).
      immediate = setImmediate(fire);
    }, delayMs);
    return () => {
      clearTimeout(timeout);
      clearImmediate(immediate);
    };
  }
}

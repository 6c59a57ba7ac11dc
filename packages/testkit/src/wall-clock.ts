import type { Clock } from "@holdfast/base";

/** This process's monotonic clock, for what measures and loads nodes from outside. */
export const wallClock: Clock = {
  now: () => performance.now(),
  timer: (delayMs, fire) => {
    const timeout = setTimeout(fire, delayMs);
    return () => clearTimeout(timeout);
  },
};

import { performance } from "node:perf_hooks";
import type { Clock, Turn } from "@holdfast/base";

/** The clock and the event loop of the process, for tests. */
export const realClock: Clock = {
  now: () => performance.now(),
  timer: (delayMs, fire) => {
    let immediate: NodeJS.Immediate | undefined;
    const timeout = setTimeout(() => {
      immediate = setImmediate(fire);
    }, delayMs);
    return () => {
      clearTimeout(timeout);
      if (immediate !== undefined) clearImmediate(immediate);
    };
  },
};

export const realTurn: Turn = {
  soon: (task) => queueMicrotask(task),
  next: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Looks at each turn of the event loop; rejects after `withinMs` with what was waited for. */
export async function until(
  condition: () => boolean,
  what: string,
  withinMs = 5_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

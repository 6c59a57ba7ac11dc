import { setImmediate as turn } from "node:timers/promises";

const HEARD_EVERY = 1_000;
let events = 0;

/** Ticks come after all promises that can be kept; the event loop turns now and then. */
export function settle(): Promise<void> {
  events++;
  if (events % HEARD_EVERY === 0) return turn();
  return new Promise((resolve) => process.nextTick(resolve));
}

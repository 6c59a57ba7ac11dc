import type { Millis } from "./ids.ts";

/** Ends a timer; harmless after it has fired or been ended. */
export type Cancel = () => void;

/** Monotonic time, injected. Wall-clock time appears in logs only. */
export interface Clock {
  /** Milliseconds since some fixed moment, with fractions; never falls. */
  now(): Millis;
  /**
   * Calls `fire` once, no sooner than `delayMs` from now. A due timer first lets
   * one whole poll phase run, so that a process that stalled reads its sockets
   * before it believes a peer dead (decision 5).
   */
  timer(delayMs: number, fire: () => void): Cancel;
}

/** The event loop's turns, injected. */
export interface Turn {
  /** Runs `task` after the inputs of this turn: the moment for group work such as one flush for many calls. */
  soon(task: () => void): void;
  /** Lets the event loop poll its sockets, then resolves: the pause between slices of long work. */
  next(): Promise<void>;
}

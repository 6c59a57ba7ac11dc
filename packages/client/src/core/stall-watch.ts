import type { Cancel, Clock, Millis } from "@holdfast/base";

export interface StallEvents {
  /** Whether an answer is owed at all. */
  isWaiting(): boolean;
  /** How many nodes there are to try. */
  nodes(): number;
  /** Nothing was heard for `ms` though an answer is owed. */
  stalled(ms: number): void;
}

/**
 * Notices a node that keeps its connection and says nothing: one that is paused,
 * or cut off from the others. Once every node was tried in vain it waits twice as
 * long for each, and so on, so that a cluster that is merely slow is not flooded with copies.
 */
export class StallWatch {
  readonly #clock: Clock;
  readonly #leastMs: number;
  readonly #events: StallEvents;
  #patienceMs: number;
  #stalls = 0;
  #quietSince: Millis = 0;
  #cancel: Cancel | undefined;

  constructor(clock: Clock, stallMs: number, events: StallEvents) {
    this.#clock = clock;
    this.#leastMs = stallMs;
    this.#patienceMs = stallMs;
    this.#events = events;
  }

  sent(): void {
    if (this.#cancel !== undefined) return;
    this.#quietSince = this.#clock.now();
    this.#wait(this.#patienceMs);
  }

  heard(): void {
    this.#quietSince = this.#clock.now();
    this.#patienceMs = this.#leastMs;
    this.#stalls = 0;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(ms: number): void {
    this.#cancel = this.#clock.timer(ms, () => this.#check());
  }

  #check(): void {
    this.#cancel = undefined;
    if (!this.#events.isWaiting()) return;
    const quietMs = this.#clock.now() - this.#quietSince;
    if (quietMs < this.#patienceMs) {
      this.#wait(this.#patienceMs - quietMs);
      return;
    }
    this.#stalls += 1;
    if (this.#stalls % this.#events.nodes() === 0) this.#patienceMs *= 2;
    this.#events.stalled(Math.round(quietMs));
  }
}

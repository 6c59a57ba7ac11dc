import type { Millis } from "@holdfast/base";
import { EventQueue, type PlannedEvent } from "./event-queue.ts";

/** Virtual time: it stands still while something happens, and leaps to what happens next. */
export class Timeline {
  readonly #queue = new EventQueue();
  #now: Millis = 0;
  #events = 0;

  get now(): Millis {
    return this.#now;
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events;
  }

  at(time: Millis, run: () => void): PlannedEvent {
    return this.#queue.plan(Math.max(time, this.#now), run);
  }

  after(delay: Millis, run: () => void): PlannedEvent {
    return this.#queue.plan(this.#now + Math.max(0, delay), run);
  }

  /** Lets things happen until `isOver` or until nothing is planned before `end`. */
  runUntil(end: Millis, isOver: () => boolean = () => false): void {
    const isPast = this.#markEnd(end);
    while (!isPast() && !isOver()) if (!this.#step()) return;
  }

  /** As {@link runUntil}, where what happens makes promises: each event's are settled before the next. */
  runSettling(
    end: Millis,
    settle: (then: () => void) => void,
    isOver: () => boolean = () => false,
  ): Promise<void> {
    const isPast = this.#markEnd(end);
    return new Promise((resolve, reject) => {
      const goOn = (): void => {
        try {
          if (isPast() || isOver() || !this.#step()) resolve();
          else settle(goOn);
        } catch (failure) {
          reject(failure);
        }
      };
      goOn();
    });
  }

  #markEnd(end: Millis): () => boolean {
    let reached = false;
    this.at(end, () => {
      reached = true;
    });
    return () => reached;
  }

  /** The next event happens; false if nothing is planned. */
  #step(): boolean {
    const event = this.#queue.next();
    if (event === undefined) return false;
    this.#now = event.at;
    this.#events++;
    event.run();
    return true;
  }
}

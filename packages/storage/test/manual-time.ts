import type { Cancel, Clock, Turn } from "@holdfast/base";

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now = 0;
  #timers: { readonly due: number; readonly fire: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  timer(delayMs: number, fire: () => void): Cancel {
    const timer = { due: this.#now + delayMs, fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  advance(millis: number): void {
    const end = this.#now + millis;
    for (;;) {
      const due = this.#timers.filter((one) => one.due <= end).sort((a, b) => a.due - b.due)[0];
      if (due === undefined) break;
      this.#now = due.due;
      this.#timers = this.#timers.filter((one) => one !== due);
      due.fire();
    }
    this.#now = end;
  }
}

/** The turns of the real event loop. */
export const realTurn: Turn = {
  soon: (task) => queueMicrotask(task),
  next: () => new Promise((resolve) => setImmediate(resolve)),
};

import type { Cancel, Clock, Turn } from "@holdfast/base";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock and an event loop that move only when a test moves them. */
export class ManualTime implements Clock, Turn {
  #now = 0;
  #timers: Timer[] = [];
  #tasks: (() => void)[] = [];
  /** Turns that have begun. */
  turns = 0;

  now(): number {
    return this.#now;
  }

  timer(delayMs: number, fire: () => void): Cancel {
    const timer = { at: this.#now + delayMs, fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that were set and have neither fired nor been ended. */
  get timers(): number {
    return this.#timers.length;
  }

  soon(task: () => void): void {
    this.#tasks.push(task);
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.soon(resolve));
  }

  /** Ends the turn: what was put off until then runs, and what that puts off too. */
  async turn(): Promise<void> {
    await microtasks();
    while (this.#tasks.length > 0) {
      const tasks = this.#tasks;
      this.#tasks = [];
      this.turns++;
      for (const task of tasks) task();
      await microtasks();
    }
  }

  /** Advances until `promise` is settled. */
  async until<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let round = 0; round < 200_000 && !isSettled; round++) await this.advance(1);
    if (!isSettled) throw new Error("it does not end");
    return promise;
  }

  /** Time passes, and nothing runs: the process stands still. */
  stall(ms: number): void {
    this.#now += ms;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await this.turn();
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = Math.max(this.#now, due.at);
      this.turns++;
      due.fire();
    }
    this.#now = end;
    await this.turn();
  }
}

async function microtasks(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}

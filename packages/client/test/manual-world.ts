import type { Cancel, Clock, Millis, Turn } from "@holdfast/base";

interface ManualTimer {
  readonly at: Millis;
  readonly fire: () => void;
}

/** Virtual time: timers fire when a test lets time pass, in their order. */
export class ManualClock implements Clock {
  readonly #timers = new Set<ManualTimer>();
  #now: Millis = 1000;

  now(): Millis {
    return this.#now;
  }

  timer(delayMs: number, fire: () => void): Cancel {
    const timer = { at: this.#now + delayMs, fire };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Fires the next timer up to `until`, or moves to it; tells whether one fired. */
  step(until: Millis): boolean {
    const due = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
    this.#now = due === undefined ? until : Math.max(this.#now, due.at);
    if (due === undefined) return false;
    this.#timers.delete(due);
    due.fire();
    return true;
  }
}

/** Turns of an event loop that a test runs by hand. */
export class ManualTurn implements Turn {
  #tasks: (() => void)[] = [];

  soon(task: () => void): void {
    this.#tasks.push(task);
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.soon(resolve));
  }

  /** Runs what one turn has gathered; tells whether there was anything. */
  run(): boolean {
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) task();
    return tasks.length > 0;
  }
}

/** Time and turns together. */
export class ManualWorld {
  readonly clock: ManualClock = new ManualClock();
  readonly turn: ManualTurn = new ManualTurn();

  /** Runs turns until nothing is left to do without time passing. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      await drainMicrotasks();
      quiet = this.turn.run() || this.clock.step(this.clock.now()) ? 0 : quiet + 1;
    }
  }

  /** Lets `ms` pass, and everything happen that falls into it. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    await this.settle();
    while (this.clock.step(until)) await this.settle();
    await this.settle();
  }
}

async function drainMicrotasks(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}

import type { Cancel, Clock, Millis, Turn } from "@holdfast/base";
import type { LocalClock } from "../../node/local-clock.ts";
import type { Timeline } from "../../timeline.ts";

/** Between two turns of an event loop that has more to do, ms. */
const TURN_MS = 0.02;

/**
 * The event loop of one process on virtual time: it may stand still, and then takes what
 * came meanwhile before its timers; once the process has ended nothing runs in it any more.
 */
export class ProcessTime implements Clock, Turn {
  readonly #timeline: Timeline;
  readonly #clock: LocalClock;
  #inputs: (() => void)[] = [];
  #dueTimers: (() => void)[] = [];
  #standsStill = false;
  #stillUntil: Millis = 0;
  #hasEnded = false;

  constructor(timeline: Timeline, clock: LocalClock) {
    this.#timeline = timeline;
    this.#clock = clock;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  now(): Millis {
    return this.#clock.at(this.#timeline.now);
  }

  timer(delayMs: number, fire: () => void): Cancel {
    let isOver = false;
    const once = (): void => {
      if (isOver || this.#hasEnded) return;
      isOver = true;
      fire();
    };
    const at = this.#clock.worldTimeOf(this.now() + Math.max(0, delayMs));
    const event = this.#timeline.at(at, () => {
      if (this.#standsStill) this.#dueTimers.push(once);
      else once();
    });
    return () => {
      isOver = true;
      event.cancelled = true;
    };
  }

  soon(task: () => void): void {
    this.#timeline.after(0, () => this.run(task));
  }

  next(): Promise<void> {
    return new Promise((resume) => {
      this.#timeline.after(TURN_MS, () => this.run(resume));
    });
  }

  /** What comes from outside: a message, the end of a write. */
  run(task: () => void): void {
    if (this.#hasEnded) return;
    if (this.#standsStill) this.#inputs.push(task);
    else task();
  }

  /** For so long at least, ms of the world. */
  standStill(forMs: Millis): void {
    this.#standsStill = true;
    this.#stillUntil = Math.max(this.#stillUntil, this.#timeline.now + forMs);
    this.#timeline.after(forMs, () => {
      if (this.#timeline.now >= this.#stillUntil) this.goOn();
    });
  }

  goOn(): void {
    if (!this.#standsStill || this.#hasEnded) return;
    this.#standsStill = false;
    const late = [...this.#inputs, ...this.#dueTimers];
    this.#inputs = [];
    this.#dueTimers = [];
    // One after the other, each settled before the next: what one of them ends, the next does not run.
    for (const task of late) this.#timeline.after(0, () => this.run(task));
  }

  end(): void {
    this.#hasEnded = true;
    this.#inputs = [];
    this.#dueTimers = [];
  }
}

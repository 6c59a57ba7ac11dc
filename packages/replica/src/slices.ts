import type { Clock, Millis, Turn } from "@holdfast/base";

export interface SlicesParts {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly sliceMs: Millis;
}

/**
 * The share of the event loop that work of one kind gets: all of it together holds
 * a turn for `sliceMs`, then waits for the next turn, in the order of asking
 * (decision 4). Time decides, not the number of steps: a step may take long.
 */
export class Slices {
  readonly #parts: SlicesParts;
  /** Those who wait to go on. */
  readonly #waiting = new Set<() => void>();
  /** When this turn's share is used up; `undefined`: nothing of it is. */
  #end: Millis | undefined;
  #turning = false;

  constructor(parts: SlicesParts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether the work has had its share of this turn, which begins with the first question. */
  get isOver(): boolean {
    const now = this.#parts.clock.now();
    if (this.#end === undefined) {
      this.#end = now + this.#parts.sliceMs;
      this.#turnSoon();
    }
    return now >= this.#end;
  }

  /** Resolves in a later turn that has time left. */
  next(): Promise<void> {
    this.#turnSoon();
    return new Promise((resume) => this.#waiting.add(resume));
  }

  #turnSoon(): void {
    if (this.#turning) return;
    this.#turning = true;
    this.#parts.turn.next().then(() => this.#turned());
  }

  async #turned(): Promise<void> {
    this.#turning = false;
    this.#end = undefined;
    for (const resume of this.#waiting) {
      if (this.isOver) break;
      this.#waiting.delete(resume);
      resume();
      // What was resumed runs until it waits again before the next one is.
      await undefined;
    }
    if (this.#waiting.size > 0) this.#turnSoon();
  }
}

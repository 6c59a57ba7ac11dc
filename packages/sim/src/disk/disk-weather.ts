import type { Millis } from "@holdfast/base";
import type { Dice } from "../dice.ts";

export interface DiskPlan {
  /** A durable write takes so long on average, ms. */
  readonly writeMs: number;
  /** How often a write takes a hundred times as long. */
  readonly slowProbability: number;
}

/** How the disk of one machine does at the moment. */
export class DiskWeather {
  readonly #plan: DiskPlan;
  readonly #dice: Dice;
  #stalledUntil: Millis = 0;
  #busyUntil: Millis = 0;
  #failsNext = false;

  constructor(plan: DiskPlan, dice: Dice) {
    this.#plan = plan;
    this.#dice = dice;
  }

  /** When a write that begins now will be durable. */
  doneAt(now: Millis): Millis {
    const slow = this.#dice.chance(this.#plan.slowProbability) ? 100 : 1;
    const took = this.#plan.writeMs * (0.3 + this.#dice.exponential(0.7)) * slow;
    const doneAt = Math.max(now, this.#stalledUntil) + took;
    this.#busyUntil = Math.max(this.#busyUntil, doneAt);
    return doneAt;
  }

  /** When all writes that have begun are durable. */
  get busyUntil(): Millis {
    return this.#busyUntil;
  }

  stall(until: Millis): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, until);
  }

  recovered(): void {
    this.#stalledUntil = 0;
    this.#failsNext = false;
  }

  /** The next write fails. */
  breakNext(): void {
    this.#failsNext = true;
  }

  takeFailure(): boolean {
    const fails = this.#failsNext;
    this.#failsNext = false;
    return fails;
  }
}

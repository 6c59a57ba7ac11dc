import { below, type Millis, type Random } from "@holdfast/base";
import type { RaftOptions } from "../raft-options.ts";

/** When to campaign. A new length is drawn at every reset, so that members rarely campaign at once. */
export class ElectionTimer {
  readonly #options: RaftOptions;
  readonly #random: Random;
  #deadline: Millis;

  constructor(options: RaftOptions, random: Random, now: Millis) {
    this.#options = options;
    this.#random = random;
    this.#deadline = now + this.#draw();
  }

  get deadline(): Millis {
    return this.#deadline;
  }

  reset(now: Millis): void {
    this.#deadline = now + this.#draw();
  }

  /** Soon: `floorMs` plus a random part of `spreadMs`, and never later than it was. */
  hurry(now: Millis, floorMs: Millis, spreadMs: Millis): void {
    const soon = now + floorMs + below(this.#random, spreadMs + 1);
    this.#deadline = Math.min(this.#deadline, soon);
  }

  /** The process slept: it shall read its sockets before it believes the leader dead. */
  shift(byMs: Millis): void {
    this.#deadline += byMs;
  }

  #draw(): Millis {
    const least = this.#options.electionTimeoutMs;
    return least + below(this.#random, least);
  }
}

import type { Clock, Logger, Millis } from "@holdfast/base";
import type { Transition } from "@holdfast/raft";

/** Between two log lines, ms: whoever sends such a message sends it again and again. */
const TELL_EVERY_MS = 10_000;

/** Tells of messages that were passed over, now and then, with how many there were. */
export class MalformedMessages {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #count = 0;
  #tellFrom: Millis = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Taken note of; told at once if nothing was told for a while. */
  note({ from, message, problem }: Extract<Transition, { readonly kind: "malformed" }>): void {
    this.#count++;
    const now = this.#clock.now();
    if (now < this.#tellFrom) return;
    this.#tellFrom = now + TELL_EVERY_MS;
    this.#logger.warn(
      { from, message, problem, sinceLastTold: this.#count },
      "a peer's message was passed over: is that node of a newer version?",
    );
    this.#count = 0;
  }
}

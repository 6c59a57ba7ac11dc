import { HoldfastError } from "@holdfast/base";
import type { Timeline } from "../timeline.ts";

const PAUSE_MS = 100;

/** What is to be done in the end, tried again and again until it is. */
export class Owed {
  readonly #timeline: Timeline;
  readonly #failed: (failure: unknown) => void;
  readonly #open = new Set<string>();

  constructor(timeline: Timeline, failed: (failure: unknown) => void) {
    this.#timeline = timeline;
    this.#failed = failed;
  }

  /** What is not done yet. */
  get open(): readonly string[] {
    return [...this.#open];
  }

  /** @param act rejects with a HoldfastError where it is to be tried again */
  owe(what: string, act: () => Promise<unknown>): void {
    this.#open.add(what);
    this.#untilDone(act).then(() => this.#open.delete(what), this.#failed);
  }

  async #untilDone(act: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await act();
        return;
      } catch (failure) {
        if (!(failure instanceof HoldfastError) || failure.code === "VIOLATION") throw failure;
        await new Promise<void>((resume) => {
          this.#timeline.after(PAUSE_MS, resume);
        });
      }
    }
  }
}

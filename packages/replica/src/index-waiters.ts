import type { LogIndex } from "@holdfast/base";

interface Waiter {
  readonly index: LogIndex;
  readonly resume: () => void;
}

/** Callers that wait until the applied index reaches theirs. */
export class IndexWaiters {
  #waiters: Waiter[] = [];

  /** Calls `resume` now or when `reached(index)` is called. */
  wait(index: LogIndex, resume: () => void): void {
    // Indices mostly grow, so the place is near the end.
    let at = this.#waiters.length;
    while (at > 0 && (this.#waiters[at - 1]?.index ?? 0) > index) at--;
    this.#waiters.splice(at, 0, { index, resume });
  }

  reached(index: LogIndex): void {
    let due = 0;
    while ((this.#waiters[due]?.index ?? Number.POSITIVE_INFINITY) <= index) due++;
    if (due === 0) return;
    for (const { resume } of this.#waiters.splice(0, due)) resume();
  }
}

import type { LogIndex } from "@holdfast/base";

interface Waiter {
  readonly index: LogIndex;
  readonly resumes: (() => void)[];
}

/** Callers that wait until the applied index reaches theirs. */
export class IndexWaiters {
  #waiters: Waiter[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Calls `resume` now or when `reached(index)` is called. */
  wait(index: LogIndex, resume: () => void): void {
    this.#count++;
    // Indices mostly grow, so the place is near the end.
    let at = this.#waiters.length;
    while (at > 0 && (this.#waiters[at - 1]?.index ?? 0) > index) at--;
    const before = this.#waiters[at - 1];
    if (before?.index === index) before.resumes.push(resume);
    else this.#waiters.splice(at, 0, { index, resumes: [resume] });
  }

  reached(index: LogIndex): void {
    let due = 0;
    while ((this.#waiters[due]?.index ?? Number.POSITIVE_INFINITY) <= index) due++;
    if (due === 0) return;
    for (const { resumes } of this.#waiters.splice(0, due)) {
      this.#count -= resumes.length;
      for (const resume of resumes) resume();
    }
  }
}

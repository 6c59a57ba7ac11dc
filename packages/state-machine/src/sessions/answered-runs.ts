/** Answers of consecutive sequences that stand in one row. */
export interface AnsweredRun {
  readonly first: number;
  readonly count: number;
}

/**
 * Which sequences of a session have been answered: runs in order that do not
 * overlap. Two numbers a run, because there may be thousands in each of 100,000
 * sessions.
 */
export class AnsweredRuns {
  #flat: number[] = [];

  /** Adds a run; in any order, but no sequence twice. */
  add(run: AnsweredRun): void {
    const at = this.#firstAbove(run.first);
    if (at === this.#flat.length) this.#flat.push(run.first, run.count);
    else this.#flat.splice(at, 0, run.first, run.count);
  }

  /** The run that holds a sequence. */
  find(sequence: number): AnsweredRun | undefined {
    const at = this.#firstAbove(sequence) - 2;
    const first = this.#flat[at];
    const count = this.#flat[at + 1];
    if (first === undefined || count === undefined || sequence >= first + count) return undefined;
    return { first, count };
  }

  /** Removes and returns the runs that lie wholly below `sequence`. */
  takeBelow(sequence: number): readonly AnsweredRun[] {
    const taken: AnsweredRun[] = [];
    for (let at = 0; at < this.#flat.length; at += 2) {
      const first = this.#flat[at] as number;
      const count = this.#flat[at + 1] as number;
      if (first + count > sequence) break;
      taken.push({ first, count });
    }
    if (taken.length > 0) this.#flat.splice(0, taken.length * 2);
    return taken;
  }

  /** Where the first run that begins above `sequence` stands. */
  #firstAbove(sequence: number): number {
    let low = 0;
    let high = this.#flat.length / 2;
    // Nearly always the sequence is newer than all.
    if (high > 0 && (this.#flat[(high - 1) * 2] as number) <= sequence) return high * 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#flat[middle * 2] as number) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low * 2;
  }
}

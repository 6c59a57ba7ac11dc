import type { Readers } from "./versioned-rows.ts";

/** The sequences at which somebody reads, ascending, each with the number of its readers. */
export class OpenSequences implements Readers {
  readonly #sequences: number[] = [];
  readonly #readers: number[] = [];
  #size = 0;

  /** Readers in all. */
  get size(): number {
    return this.#size;
  }

  /** A reader begins at `sequence`, which is not below any before it. */
  open(sequence: number): void {
    this.#size++;
    const last = this.#sequences.length - 1;
    if (this.#sequences[last] === sequence) this.#readers[last] = (this.#readers[last] ?? 0) + 1;
    else {
      this.#sequences.push(sequence);
      this.#readers.push(1);
    }
  }

  close(sequence: number): void {
    const at = this.#firstFrom(sequence);
    if (this.#sequences[at] !== sequence) return;
    this.#size--;
    const left = (this.#readers[at] ?? 0) - 1;
    this.#readers[at] = left;
    if (left > 0) return;
    this.#sequences.splice(at, 1);
    this.#readers.splice(at, 1);
  }

  readsBetween(from: number, below: number): boolean {
    const first = this.#sequences[this.#firstFrom(from)];
    return first !== undefined && first < below;
  }

  #firstFrom(sequence: number): number {
    let low = 0;
    let high = this.#sequences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sequences[middle] ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

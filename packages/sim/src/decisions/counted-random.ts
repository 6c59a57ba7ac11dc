import type { Random } from "@holdfast/base";

/** Counts how often it is asked, so that another one can be brought to the same place. */
export class CountedRandom implements Random {
  readonly #random: Random;
  #draws = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get draws(): number {
    return this.#draws;
  }

  uint32(): number {
    this.#draws++;
    return this.#random.uint32();
  }

  /** Goes on from where another one was after so many draws. */
  skipTo(draws: number): void {
    while (this.#draws < draws) this.uint32();
  }
}

import { randomFillSync } from "node:crypto";
import type { Random } from "@holdfast/base";

const DRAWN_AT_ONCE = 256;

/** Chance from the system, fit for ids that nobody may guess. */
export class NodeRandom implements Random {
  readonly #drawn = new Uint32Array(DRAWN_AT_ONCE);
  #used = DRAWN_AT_ONCE;

  uint32(): number {
    if (this.#used === DRAWN_AT_ONCE) {
      randomFillSync(this.#drawn);
      this.#used = 0;
    }
    const value = this.#drawn[this.#used] ?? 0;
    this.#used += 1;
    return value;
  }
}

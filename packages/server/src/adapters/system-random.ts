import { randomFillSync } from "node:crypto";
import type { Random } from "@holdfast/base";

const POOL_NUMBERS = 256;

/** The system's generator, drawn from in pools because each draw costs a call into OpenSSL. */
export class SystemRandom implements Random {
  readonly #pool = new Uint32Array(POOL_NUMBERS);
  #next = POOL_NUMBERS;

  uint32(): number {
    if (this.#next === POOL_NUMBERS) {
      randomFillSync(this.#pool);
      this.#next = 0;
    }
    const drawn = this.#pool[this.#next] as number;
    this.#pool[this.#next] = 0;
    this.#next += 1;
    return drawn;
  }
}

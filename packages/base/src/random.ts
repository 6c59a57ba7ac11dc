/** Chance, injected: production seeds it from the system, the simulator from the run's seed. */
export interface Random {
  /** A whole number in `[0, 2^32)`. */
  uint32(): number;
}

/** A whole number in `[0, limit)`; `limit` is above 0 and at most 2^32. */
export function below(random: Random, limit: number): number {
  return Math.floor((random.uint32() / 0x1_0000_0000) * limit);
}

/** `length` random bytes. */
export function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = random.uint32() >>> 24;
  return bytes;
}

/** A random whole number in `[1, 2^53)`: an id of the wire. */
export function randomWireId(random: Random): number {
  return (random.uint32() >>> 11) * 0x1_0000_0000 + random.uint32() || 1;
}

/**
 * A small fast generator (sfc32) with a reproducible sequence.
 *
 * Not for secrets.
 */
export class SeededRandom implements Random {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#c = seed >>> 0;
    this.#b ^= Math.floor(seed / 0x1_0000_0000);
    for (let round = 0; round < 12; round++) this.uint32();
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }
}

import { DamagedRowError } from "./damaged-row-error.ts";

/** Reads the fields of one row; what is not there is damage. */
export class RowDecoder {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, what: string, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#what = what;
    this.#at = start;
    this.#end = end;
    if (start > end || end > bytes.length) throw this.#damage();
  }

  byte(): number {
    const value = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (value === undefined) throw this.#damage();
    this.#at += 1;
    return value;
  }

  /** Checks the row's version byte. */
  version(known: number): this {
    const version = this.byte();
    if (version !== known) {
      throw new DamagedRowError(
        `a ${this.#what} row has version ${version}, known is ${known}: it is damaged, or newer software wrote it`,
      );
    }
    return this;
  }

  uint32(): number {
    return ((this.byte() << 24) | (this.byte() << 16) | (this.byte() << 8) | this.byte()) >>> 0;
  }

  /** A whole number below 2^53. */
  uint64(): number {
    const value = this.uint32() * 0x1_0000_0000 + this.uint32();
    if (!Number.isSafeInteger(value)) throw this.#damage();
    return value;
  }

  int64(): bigint {
    const high = BigInt(this.uint32());
    return BigInt.asIntN(64, (high << 32n) | BigInt(this.uint32()));
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let length = 0; length < 8; length++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) throw this.#damage();
        return value;
      }
      scale *= 0x80;
    }
    throw this.#damage();
  }

  /** A view of the next `length` bytes. */
  raw(length: number): Uint8Array {
    const start = this.#at;
    if (length > this.#end - start) throw this.#damage();
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }

  /** A view of all that is left. */
  rest(): Uint8Array {
    return this.raw(this.#end - this.#at);
  }

  #damage(): DamagedRowError {
    return new DamagedRowError(
      `a ${this.#what} row of ${this.#bytes.length} bytes ends early or holds what was never written`,
    );
  }
}

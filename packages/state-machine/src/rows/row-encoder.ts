const SLAB_BYTES = 32 * 1024;
/** A row that may be larger than this gets memory of its own. */
const SLAB_ROW_BYTES_MAX = 2 * 1024;
/** Memory of which less than this share came to be used is not kept: the row moves out. */
const WORTH_KEEPING = 0.8;

/**
 * Builds the values of rows, field after field.
 *
 * Small values are carved out of slabs, because a put makes several of them and
 * an allocation for each would cost more than the writing.
 */
export class RowEncoder {
  #slab: Uint8Array = new Uint8Array(0);
  #start = 0;
  #at = 0;
  #bytes: Uint8Array = this.#slab;
  #own = false;

  /** Bytes of the value so far. */
  get length(): number {
    return this.#own ? this.#at : this.#at - this.#start;
  }

  /** Begins a value of at most `bytesMax` bytes. */
  begin(bytesMax: number): this {
    this.#own = bytesMax > SLAB_ROW_BYTES_MAX;
    if (this.#own) {
      this.#bytes = new Uint8Array(bytesMax);
      this.#at = 0;
      return this;
    }
    if (this.#start + bytesMax > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#start = 0;
    }
    this.#bytes = this.#slab;
    this.#at = this.#start;
    return this;
  }

  byte(value: number): this {
    this.#bytes[this.#at] = value;
    this.#at += 1;
    return this;
  }

  /** Big-endian, 4 bytes. */
  uint32(value: number): this {
    this.#writeUint32(this.#at, value);
    this.#at += 4;
    return this;
  }

  /** Leaves room that {@link fill} writes to. */
  skip(bytes: number): this {
    this.#at += bytes;
    return this;
  }

  /** Writes 4 bytes, big-endian, at a place that was skipped, counted from the begin of the value. */
  fill(place: number, value: number): this {
    this.#writeUint32(this.#own ? place : this.#start + place, value);
    return this;
  }

  /** Big-endian, 8 bytes, of a whole number below 2^53. */
  uint64(value: number): this {
    return this.uint32(Math.floor(value / 0x1_0000_0000)).uint32(value % 0x1_0000_0000);
  }

  /** Big-endian two's complement, 8 bytes. */
  int64(value: bigint): this {
    const unsigned = BigInt.asUintN(64, value);
    return this.uint32(Number(unsigned >> 32n)).uint32(Number(unsigned & 0xffff_ffffn));
  }

  /** Seven bits a byte, lowest first, of a whole number below 2^53: 1 to 8 bytes. */
  varint(value: number): this {
    let left = value;
    while (left >= 0x80) {
      this.byte((left % 0x80) | 0x80);
      left = left > 0x7fff_ffff ? Math.floor(left / 0x80) : left >>> 7;
    }
    return this.byte(left);
  }

  raw(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** The value that was begun last. */
  finish(): Uint8Array {
    if (this.#own) return this.#finishOwn();
    const row = this.#bytes.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return row;
  }

  #finishOwn(): Uint8Array {
    const bytes = this.#bytes;
    const row = bytes.subarray(0, this.#at);
    this.#bytes = this.#slab;
    return this.#at < bytes.length * WORTH_KEEPING ? row.slice() : row;
  }

  #writeUint32(at: number, value: number): void {
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }
}

/**
 * The unit that a disk writes whole or not at all. Byte 0 of each sector is the
 * marker of the segment's life, so that after a crash it shows which sectors of a
 * frame have arrived (decision 7).
 */
export const SECTOR_BYTES = 512;
/** What a sector carries besides its marker. */
export const SECTOR_ROOM: number = SECTOR_BYTES - 1;

const MARKERS = 255;
const LOW = 0x1_0000_0000;

/** The marker of a life; never 0, which is a sector that was never written. */
export function markerOf(life: number): number {
  return 1 + (life % MARKERS);
}

/** Whether two lives of one file could be mistaken for each other by their markers. */
export function sameMarker(lives: { readonly one: number; readonly other: number }): boolean {
  return markerOf(lives.one) === markerOf(lives.other);
}

/** Writes little-endian values from a place in a frame onwards, stepping over the marker of each sector. */
export class SectorWriter {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  u8(value: number): void {
    if (this.#at % SECTOR_BYTES === 0) this.#at++;
    this.#bytes[this.#at++] = value;
  }

  u16(value: number): void {
    this.u8(value & 255);
    this.u8(value >>> 8);
  }

  u32(value: number): void {
    this.u8(value & 255);
    this.u8((value >>> 8) & 255);
    this.u8((value >>> 16) & 255);
    this.u8(value >>> 24);
  }

  u64(value: number): void {
    this.u32((value % LOW) >>> 0);
    this.u32(Math.floor(value / LOW));
  }

  block(block: Uint8Array): void {
    let from = 0;
    while (from < block.length) {
      if (this.#at % SECTOR_BYTES === 0) this.#at++;
      const run = Math.min(block.length - from, SECTOR_BYTES - (this.#at % SECTOR_BYTES));
      this.#bytes.set(run === block.length ? block : block.subarray(from, from + run), this.#at);
      this.#at += run;
      from += run;
    }
  }
}

/** Thrown by {@link SectorReader} where a payload ends too early; never leaves the package. */
export class PayloadEndsError extends Error {}

/** The counterpart of {@link SectorWriter}; reads at most `length` bytes that are not markers. */
export class SectorReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #left: number;

  constructor(bytes: Uint8Array, at: number, length: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#left = length;
  }

  get left(): number {
    return this.#left;
  }

  u8(): number {
    if (--this.#left < 0) throw new PayloadEndsError("the payload ends inside a value");
    if (this.#at % SECTOR_BYTES === 0) this.#at++;
    return this.#bytes[this.#at++] as number;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  u32(): number {
    return (this.u8() | (this.u8() << 8) | (this.u8() << 16) | (this.u8() << 24)) >>> 0;
  }

  u64(): number {
    const low = this.u32();
    const value = this.u32() * LOW + low;
    if (!Number.isSafeInteger(value)) throw new PayloadEndsError("a number is above 2^53 - 1");
    return value;
  }

  /** A copy, so that nothing holds the buffer it was read from. */
  block(length: number): Uint8Array {
    this.#claim(length);
    const block = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const run = this.#run(length - filled);
      block.set(this.#bytes.subarray(this.#at, this.#at + run), filled);
      this.#at += run;
      filled += run;
    }
    return block;
  }

  skip(length: number): void {
    this.#claim(length);
    let left = length;
    while (left > 0) {
      const run = this.#run(left);
      this.#at += run;
      left -= run;
    }
  }

  #claim(length: number): void {
    if (length > this.#left) throw new PayloadEndsError("the payload ends inside a block");
    this.#left -= length;
  }

  #run(wanted: number): number {
    if (this.#at % SECTOR_BYTES === 0) this.#at++;
    return Math.min(wanted, SECTOR_BYTES - (this.#at % SECTOR_BYTES));
  }
}

/** Protobuf's wire types. A group has no length: its fields are walked like those around it. */
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** Of `TxnRequest`: `compare`, `success`, `failure`; of `RequestOp`: `request_txn`. */
const COMPARE = 1;
const FAILURE = 3;
const REQUEST_TXN = 4;
/** The library that decodes refuses what is nested deeper. */
const DEPTH_MAX = 100;

/**
 * Whether an encoded `TxnRequest` has more guards and steps than `partsMax`, those of
 * transactions within it included.
 *
 * A part takes two bytes at least and some microseconds to decode, so that a request of the
 * size that is let in could hold the event loop for many seconds, before anything of it can
 * be refused. This takes a walk over the bytes. What is no `TxnRequest` is walked as far as it
 * can be read: decoding gets no further.
 */
export function hasMoreTxnParts(bytes: Uint8Array, partsMax: number): boolean {
  const walk = new Walk(bytes, partsMax);
  walk.txn(bytes.length, 1);
  return walk.left < 0;
}

class Walk {
  /** Parts that may still come. */
  left: number;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array, partsMax: number) {
    this.#bytes = bytes;
    this.left = partsMax;
  }

  txn(end: number, depth: number): void {
    this.#fields(end, (field, length) => {
      if (field < COMPARE || field > FAILURE) return;
      this.left -= 1;
      if (field !== COMPARE) this.#step(this.#at + length, depth + 1);
    });
  }

  /** A step asks for one thing; each that is said once more is decoded too. */
  #step(end: number, depth: number): void {
    this.#fields(end, (field, length) => {
      this.left -= 1;
      if (field === REQUEST_TXN && depth < DEPTH_MAX) this.txn(this.#at + length, depth + 1);
    });
  }

  /** Visits the fields that have a length, each before it is passed over. */
  #fields(end: number, visit: (field: number, length: number) => void): void {
    while (this.#at < end && this.left >= 0) {
      const tag = this.#varint();
      switch (tag & 7) {
        case VARINT:
          this.#varint();
          break;
        case FIXED_64:
          this.#at += 8;
          break;
        case BYTES: {
          const length = this.#varint();
          const behind = this.#at + length;
          visit(Math.floor(tag / 8), Math.min(length, end - this.#at));
          this.#at = behind;
          break;
        }
        case FIXED_32:
          this.#at += 4;
      }
    }
  }

  /** The end of the bytes is a zero. */
  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}

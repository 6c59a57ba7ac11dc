import { decodeUrlHuffman } from "./url-huffman.ts";

/** Of HPACK's static table. */
const AUTHORITY_INDEX = 1;
const SCHEME = /^https?:\/\//;
/** A length that takes more is none of a header that anybody sends. */
const INTEGER_BYTES_MAX = 4;

/**
 * The first header block of an HTTP/2 connection, with `host:port` where its `:authority` is a URL; `undefined` where
 * it is none, or the block cannot be read.
 *
 * Only the first block can be read without a memory of those before. What is written into the receiver's table is
 * shorter than the sender believes; the receiver then keeps entries that the sender never names again.
 */
export function withPlainAuthority(block: Buffer): Buffer | undefined {
  const walk = new BlockWalk(block);
  try {
    while (!walk.isOver) {
      const field = walk.field();
      if (field === undefined || field.name !== AUTHORITY_INDEX) continue;
      const host = field.value?.replace(SCHEME, "").replace(/\/$/, "") ?? "";
      if (field.value === undefined || !SCHEME.test(field.value) || host.length >= 0x7f)
        return undefined;
      const plain = Buffer.concat([Buffer.from([host.length]), Buffer.from(host, "latin1")]);
      return Buffer.concat([block.subarray(0, field.valueAt), plain, block.subarray(walk.at)]);
    }
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
  }
  return undefined;
}

/** A header whose value stands in the block. */
interface LiteralField {
  /** Its index of the static table; 0 where its name stands in the block, too. */
  readonly name: number;
  readonly value: string | undefined;
  /** Where its value begins, with its length. */
  readonly valueAt: number;
}

/** Reads fields one after another (RFC 7541, section 6). @throws RangeError where the block ends too early. */
class BlockWalk {
  at = 0;
  readonly #block: Buffer;

  constructor(block: Buffer) {
    this.#block = block;
  }

  get isOver(): boolean {
    return this.at >= this.#block.length;
  }

  /** `undefined` for one that a table holds whole, and for a new size of the table. */
  field(): LiteralField | undefined {
    const first = this.#block.readUInt8(this.at);
    if (first >= 0x80) this.#integer(7);
    else if (first >= 0x20 && first < 0x40) this.#integer(5);
    else {
      const name = this.#integer(first >= 0x40 ? 6 : 4);
      if (name === 0) this.#text();
      const valueAt = this.at;
      return { name, value: this.#text(), valueAt };
    }
    return undefined;
  }

  #text(): string | undefined {
    const isHuffman = this.#block.readUInt8(this.at) >= 0x80;
    const length = this.#integer(7);
    const bytes = this.#block.subarray(this.at, this.at + length);
    if (bytes.length < length) throw new RangeError("the block ends too early");
    this.at += length;
    return isHuffman ? decodeUrlHuffman(bytes) : bytes.toString("latin1");
  }

  #integer(bits: number): number {
    const most = 2 ** bits - 1;
    let value = this.#block.readUInt8(this.at++) & most;
    if (value < most) return value;
    for (let scale = 1, bytes = 0; bytes < INTEGER_BYTES_MAX; scale *= 128, bytes++) {
      const byte = this.#block.readUInt8(this.at++);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number is too long");
  }
}

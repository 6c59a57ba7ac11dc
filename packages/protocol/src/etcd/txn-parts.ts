/** Protobuf's wire types; groups, which are 3 and 4, are in none of etcd's messages. */
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** What stands in a field: a number of the wire, bytes, or a message and so more fields. */
type Kind = "int64" | "int32" | "bytes" | Fields;
type Fields = ReadonlyMap<number, Kind>;

const COMPARE: Fields = new Map<number, Kind>([
  ...numbered("int32", 1, 2),
  ...numbered("bytes", 3, 7, 64),
  ...numbered("int64", 4, 5, 6, 8),
]);
const RANGE: Fields = new Map<number, Kind>([
  ...numbered("bytes", 1, 2),
  ...numbered("int64", 3, 4, 10, 11, 12, 13),
  ...numbered("int32", 5, 6, 7, 8, 9),
]);
const PUT: Fields = new Map<number, Kind>([
  ...numbered("bytes", 1, 2),
  ...numbered("int64", 3),
  ...numbered("int32", 4, 5, 6),
]);
const DELETE_RANGE: Fields = new Map<number, Kind>([
  ...numbered("bytes", 1, 2),
  ...numbered("int32", 3),
]);
const STEP = new Map<number, Kind>([
  [1, RANGE],
  [2, PUT],
  [3, DELETE_RANGE],
]);
const TXN: Fields = new Map<number, Kind>([
  [1, COMPARE],
  [2, STEP],
  [3, STEP],
]);
STEP.set(4, TXN);

/** The library that decodes refuses what is nested deeper. */
const DEPTH_MAX = 100;
const INT_32_BYTES = 5;
const INT_64_BYTES = 10;

/** Whether an encoded transaction has few parts, too many, or is not in the form that encoders write. */
export type TxnParts = "few" | "too-many" | "unreadable";

/**
 * Whether an encoded `TxnRequest` has more messages in it than `partsMax`: guards, steps, and
 * what these ask for, those of transactions within it included.
 *
 * A part takes two bytes at least and some microseconds to decode, so that a request of the
 * size that is let in could hold the event loop for many seconds, before anything of it can
 * be refused. This takes a walk over the bytes. It reads them as the decoder does, or not at
 * all: fields of another type than theirs, groups and the like would let parts hide from it.
 */
export function txnParts(bytes: Uint8Array, partsMax: number): TxnParts {
  const walk = new Walk(bytes, partsMax);
  try {
    walk.message(TXN, bytes.length, 1);
  } catch (failure) {
    if (failure instanceof UnreadableError) return "unreadable";
    throw failure;
  }
  return walk.partsLeft < 0 ? "too-many" : "few";
}

/** Thrown where the walk cannot go on; never leaves this file. */
class UnreadableError extends Error {}

class Walk {
  partsLeft: number;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array, partsMax: number) {
    this.#bytes = bytes;
    this.partsLeft = partsMax;
  }

  message(fields: Fields, end: number, depth: number): void {
    if (depth > DEPTH_MAX) throw new UnreadableError("it is nested too deep");
    while (this.#at < end && this.partsLeft >= 0) {
      const tag = this.#varint(end, INT_32_BYTES);
      const kind = fields.get(Math.floor(tag / 8));
      const wire = tag % 8;
      if (kind !== undefined && wire !== wireOf(kind))
        throw new UnreadableError("a field is of another type");
      switch (wire) {
        case VARINT:
          this.#varint(end, kind === "int32" ? INT_32_BYTES : INT_64_BYTES);
          break;
        case FIXED_64:
          this.#skip(8, end);
          break;
        case FIXED_32:
          this.#skip(4, end);
          break;
        case BYTES:
          this.#field(kind, end, depth);
          break;
        default:
          throw new UnreadableError(`a field is of wire type ${wire}`);
      }
    }
  }

  /** A field with a length. */
  #field(kind: Kind | undefined, end: number, depth: number): void {
    const length = this.#varint(end, INT_32_BYTES);
    if (kind === undefined || typeof kind === "string") {
      this.#skip(length, end);
      return;
    }
    const behind = this.#at + length;
    if (behind > end) throw new UnreadableError("a field ends too early");
    this.partsLeft -= 1;
    this.message(kind, behind, depth + 1);
  }

  #skip(length: number, end: number): void {
    this.#at += length;
    if (this.#at > end) throw new UnreadableError("a field ends too early");
  }

  /** Of 32 bits it has five bytes, or all ten: so are numbers below 0 written. */
  #varint(end: number, bytesMax: number): number {
    const start = this.#at;
    let value = 0;
    for (let scale = 1; this.#at < end; scale *= 128) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte >= 0x80) continue;
      const length = this.#at - start;
      if (length > bytesMax && length !== INT_64_BYTES) break;
      return value;
    }
    throw new UnreadableError("a number is too long");
  }
}

function wireOf(kind: Kind): number {
  return kind === "int32" || kind === "int64" ? VARINT : BYTES;
}

function numbered(kind: Kind, ...numbers: readonly number[]): (readonly [number, Kind])[] {
  return numbers.map((number) => [number, kind] as const);
}

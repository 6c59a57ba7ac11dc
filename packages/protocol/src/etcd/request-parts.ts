import type { FieldKind, MessageFields } from "./message-fields.ts";

/** Protobuf's wire types; groups, which are 3 and 4, are in none of etcd's messages. */
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** The library that decodes refuses what is nested deeper. */
const DEPTH_MAX = 100;
const INT_32_BYTES = 5;
const INT_64_BYTES = 10;

/** Whether an encoded request has few parts, too many, or is not in the form that encoders write. */
export type RequestParts = "few" | "too-many" | "unreadable";

/** What a request may hold. */
export interface PartsLimits {
  /** Messages within it, those within these included. */
  readonly messagesMax: number;
  /** Fields of all of them, each time that they are there; of several numbers each. */
  readonly fieldsMax: number;
}

/**
 * Whether an encoded request has more parts in it than it may.
 *
 * A part takes a byte or two and up to some microseconds to decode, so that a request of the
 * size that is let in could hold the event loop for many seconds, before anything of it can
 * be refused. This takes a walk over the bytes. It reads them as the decoder does, or not at
 * all: fields of another type than theirs, groups and the like would let parts hide from it.
 */
export function requestParts(
  bytes: Uint8Array,
  fields: MessageFields,
  limits: PartsLimits,
): RequestParts {
  const walk = new Walk(bytes, limits);
  try {
    walk.message(fields, bytes.length, 1);
  } catch (failure) {
    if (failure instanceof UnreadableError) return "unreadable";
    throw failure;
  }
  return walk.isWithinLimits ? "few" : "too-many";
}

/** Thrown where the walk cannot go on; never leaves this file. */
class UnreadableError extends Error {}

class Walk {
  readonly #bytes: Uint8Array;
  #messagesLeft: number;
  #fieldsLeft: number;
  #at = 0;

  constructor(bytes: Uint8Array, { messagesMax, fieldsMax }: PartsLimits) {
    this.#bytes = bytes;
    this.#messagesLeft = messagesMax;
    this.#fieldsLeft = fieldsMax;
  }

  get isWithinLimits(): boolean {
    return this.#messagesLeft >= 0 && this.#fieldsLeft >= 0;
  }

  message(fields: MessageFields, end: number, depth: number): void {
    if (depth > DEPTH_MAX) throw new UnreadableError("it is nested too deep");
    while (this.#at < end && this.isWithinLimits) {
      this.#fieldsLeft -= 1;
      const tag = this.#varint(end, INT_32_BYTES);
      const kind = fields.get(Math.floor(tag / 8));
      const wire = tag % 8;
      if (kind !== undefined && !mayHave(kind, wire)) {
        throw new UnreadableError("a field is of another type");
      }
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
  #field(kind: FieldKind | undefined, end: number, depth: number): void {
    const length = this.#varint(end, INT_32_BYTES);
    // As many numbers at most as there are bytes.
    if (kind === "numbers") this.#fieldsLeft -= length;
    if (kind === undefined || typeof kind === "string") {
      this.#skip(length, end);
      return;
    }
    const behind = this.#at + length;
    if (behind > end) throw new UnreadableError("a field ends too early");
    this.#messagesLeft -= 1;
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

function mayHave(kind: FieldKind, wire: number): boolean {
  if (kind === "numbers") return wire === VARINT || wire === BYTES;
  return wire === (kind === "int32" || kind === "int64" ? VARINT : BYTES);
}

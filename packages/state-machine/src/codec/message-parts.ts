import { pause, type Steps } from "@holdfast/base";
import { FORMAT_VERSION, type MessageField, packFields } from "./message-codec.ts";

/** Bytes copied between two pauses. */
const BYTES_PER_SLICE = 4 * 1024 * 1024;

/**
 * A message that is encoded piece by piece, because all of it would hold the event
 * loop for too long. The bytes are those that `encodeMessage` makes of the whole.
 */
export class MessageParts {
  readonly #parts: Uint8Array[] = [Uint8Array.of(FORMAT_VERSION)];
  #length = 1;

  /** Begins an array; as many fields as it is long follow. */
  array(length: number): this {
    return this.#add(arrayHead(length));
  }

  /** Adds fields of the array that is open. */
  fields(fields: readonly MessageField[]): this {
    return this.#add(packFields(fields).subarray(arrayHead(fields.length).length));
  }

  *finish(): Steps<Uint8Array> {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    let copied = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
      copied += part.length;
      if (copied < BYTES_PER_SLICE) continue;
      copied = 0;
      yield* pause();
    }
    return bytes;
  }

  #add(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

/** MessagePack's head of an array, in its shortest form. */
function arrayHead(length: number): Uint8Array {
  if (length < 16) return Uint8Array.of(0x90 | length);
  if (length < 0x1_0000) return Uint8Array.of(0xdc, length >>> 8, length & 0xff);
  const head = new Uint8Array(5);
  head[0] = 0xdd;
  new DataView(head.buffer).setUint32(1, length);
  return head;
}

import { BinaryReader } from "@bufbuild/protobuf/wire";
import { HoldfastError, type Turn } from "@holdfast/base";
import type { JsonMessage } from "./json-messages.ts";

/** Bytes of a message that become text between two turns of the event loop: about a millisecond. */
const SLICE_BYTES = 64 * 1024;
/** One field of a message, such as one answer of a transaction: it becomes text at once. */
export const JSON_FIELD_BYTES_MAX: number = 8 * 1024 * 1024;

/** An answer cannot be told in JSON without holding the event loop for too long. */
export class JsonTooLargeError extends HoldfastError {
  readonly code = "ANSWER_TOO_LARGE";
  readonly outcome = "unknown";
  readonly retryable = false;
}

/**
 * The text of a message, made in slices. Messages of Protocol Buffers that stand behind each other are one, whose
 * repeated fields are appended, so each slice is a message with some of the fields.
 *
 * @throws JsonTooLargeError
 */
export async function jsonText(
  message: JsonMessage,
  bytes: Uint8Array,
  turn: Pick<Turn, "next">,
): Promise<string> {
  if (bytes.length <= SLICE_BYTES) return JSON.stringify(message.jsonOf(bytes));
  const fields = new Map<string, { readonly texts: string[]; readonly isList: boolean }>();
  for (const slice of slicesOf(bytes)) {
    for (const [name, value] of Object.entries(message.jsonOf(slice) as object)) {
      const field = fields.get(name) ?? { texts: [], isList: Array.isArray(value) };
      fields.set(name, field);
      for (const one of field.isList ? value : [value]) field.texts.push(JSON.stringify(one));
    }
    await turn.next();
  }
  const told = [...fields].map(([name, { texts, isList }]) => {
    const text = texts.join(",");
    return `${JSON.stringify(name)}:${isList ? `[${text}]` : text}`;
  });
  return `{${told.join(",")}}`;
}

/** Cuts a message between fields, about every {@link SLICE_BYTES}. */
function* slicesOf(bytes: Uint8Array): Generator<Uint8Array> {
  const reader = new BinaryReader(bytes);
  let start = 0;
  while (reader.pos < bytes.length) {
    const from = reader.pos;
    const [field, wireType] = reader.tag();
    reader.skip(wireType, field);
    const fieldBytes = reader.pos - from;
    if (fieldBytes > JSON_FIELD_BYTES_MAX) {
      throw new JsonTooLargeError(
        `holdfast: a part of the answer has ${fieldBytes} bytes, and ${JSON_FIELD_BYTES_MAX} is the most in JSON: ask by gRPC, or with a limit; a write has taken effect`,
      );
    }
    if (reader.pos - start < SLICE_BYTES && reader.pos < bytes.length) continue;
    yield bytes.subarray(start, reader.pos);
    start = reader.pos;
  }
}

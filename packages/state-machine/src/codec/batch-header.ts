import { SESSION_ID_BYTES } from "./command-codec.ts";
import { FORMAT_VERSION } from "./message-codec.ts";

/** Whose batch it is, and which. */
export interface BatchHeader {
  readonly session: Uint8Array;
  readonly firstSequence: number;
}

const ARRAY_OF_4 = 0x94;
const BIN_8 = 0xc4;
const SESSION_AT = 4;
const SEQUENCE_AT: number = SESSION_AT + SESSION_ID_BYTES;

/**
 * The head of a batch without decoding its operations, for whoever only carries
 * it: `undefined` where the bytes do not begin like a batch.
 */
export function decodeBatchHeader(bytes: Uint8Array): BatchHeader | undefined {
  const begins =
    bytes[0] === FORMAT_VERSION &&
    bytes[1] === ARRAY_OF_4 &&
    bytes[2] === BIN_8 &&
    bytes[3] === SESSION_ID_BYTES;
  const firstSequence = begins ? unsignedAt(bytes, SEQUENCE_AT) : undefined;
  if (firstSequence === undefined) return undefined;
  return { session: bytes.subarray(SESSION_AT, SEQUENCE_AT), firstSequence };
}

/** MessagePack's unsigned numbers: in one byte, or a byte that tells how many follow. */
function unsignedAt(bytes: Uint8Array, at: number): number | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return first;
  const width = [1, 2, 4, 8][first - 0xcc];
  if (width === undefined || at + width >= bytes.length) return undefined;
  let value = 0;
  for (let next = at + 1; next <= at + width; next++) value = value * 256 + (bytes[next] ?? 0);
  return Number.isSafeInteger(value) ? value : undefined;
}

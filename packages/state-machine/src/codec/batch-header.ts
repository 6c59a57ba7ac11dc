import { FORMAT_VERSION, NEWEST_FORMAT_VERSION } from "./message-codec.ts";

/** Bytes of a session's id. */
export const SESSION_ID_BYTES = 16;

/** Whose batch it is, and which. */
export interface BatchHeader {
  readonly session: Uint8Array;
  readonly firstSequence: number;
}

const ARRAY_OF_4 = 0x94;
const BIN_8 = 0xc4;
/** Numbers of 8, 16, 32 and 64 bits follow each other, first the unsigned ones. */
const UINT_8 = 0xcc;
const INT_8 = 0xd0;
const INT_64 = 0xd3;
const SESSION_AT = 4;
const SEQUENCE_AT: number = SESSION_AT + SESSION_ID_BYTES;

/**
 * The head of a batch without decoding its operations, for whoever only carries
 * it: `undefined` where the bytes do not begin like a batch. `decodeBatch` refuses
 * what has no such head, so the two never disagree.
 */
export function decodeBatchHeader(bytes: Uint8Array): BatchHeader | undefined {
  const version = bytes[0] ?? 0;
  const begins =
    version >= FORMAT_VERSION &&
    version <= NEWEST_FORMAT_VERSION &&
    bytes[1] === ARRAY_OF_4 &&
    bytes[2] === BIN_8 &&
    bytes[3] === SESSION_ID_BYTES;
  const firstSequence = begins ? unsignedAt(bytes, SEQUENCE_AT) : undefined;
  if (firstSequence === undefined) return undefined;
  return { session: bytes.subarray(SESSION_AT, SEQUENCE_AT), firstSequence };
}

/**
 * A whole number of MessagePack that is not negative: in one byte, or a byte that
 * tells how many follow. The encoder writes those above 32 bits as signed ones.
 */
function unsignedAt(bytes: Uint8Array, at: number): number | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return first;
  if (first < UINT_8 || first > INT_64) return undefined;
  const width = 1 << ((first - UINT_8) & 3);
  if (at + width >= bytes.length) return undefined;
  const isNegative = first >= INT_8 && (bytes[at + 1] ?? 0) >= 0x80;
  if (isNegative) return undefined;
  let value = 0;
  for (let next = at + 1; next <= at + width; next++) value = value * 256 + (bytes[next] ?? 0);
  return Number.isSafeInteger(value) ? value : undefined;
}

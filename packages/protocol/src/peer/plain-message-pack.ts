import { MalformedPeerDataError } from "./malformed-peer-data-error.ts";

/** Arrays within arrays; the deepest form in use has four. */
const DEPTH_MAX = 16;

/**
 * Checks that bytes are exactly one MessagePack value of numbers, strings, booleans, nil, bytes and arrays.
 *
 * An array header of five bytes may announce 2^32 elements, for which a decoder
 * allocates before it notices that they are not there. Each element takes a byte
 * at least, so what cannot fit is refused here, before anything is allocated; so
 * are maps, extensions and deep nesting, which no peer of ours sends.
 */
export function checkPlainMessagePack(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** How many values are still to come in each open array; the outermost has one. */
  const open: number[] = [1];
  let at = 0;
  while (open.length > 0) {
    const left = open[open.length - 1] as number;
    if (left === 0) {
      open.pop();
      continue;
    }
    open[open.length - 1] = left - 1;
    if (at >= bytes.length) throw malformed("ends too early", at);
    const elements = arrayLength(view, at);
    if (elements === undefined) {
      at = endOfScalar(view, at);
      if (at > bytes.length) throw malformed("ends inside a value", bytes.length);
      continue;
    }
    at = endOfArrayHeader(bytes[at] as number, at);
    if (elements > bytes.length - at) throw malformed("announces more elements than it holds", at);
    if (open.length > DEPTH_MAX) throw malformed("is nested too deep", at);
    open.push(elements);
  }
  if (at !== bytes.length) throw malformed("goes on behind its end", at);
}

/** How many elements the array that starts at `at` announces; `undefined` if something else starts there. */
function arrayLength(view: DataView, at: number): number | undefined {
  const first = view.getUint8(at);
  if (first >= 0x90 && first <= 0x9f) return first & 0x0f;
  if (first === 0xdc && at + 3 <= view.byteLength) return view.getUint16(at + 1);
  if (first === 0xdd && at + 5 <= view.byteLength) return view.getUint32(at + 1);
  return undefined;
}

function endOfArrayHeader(first: number, at: number): number {
  if (first === 0xdc) return at + 3;
  return first === 0xdd ? at + 5 : at + 1;
}

/** Bytes of a value by its first byte, for 0xc0 to 0xdb; 0 where the length follows or the value is refused. */
const FIXED_BYTES = [1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 5, 9, 2, 3, 5, 9, 2, 3, 5, 9];

/** Where the value that starts at `at` ends; possibly beyond the bytes. */
function endOfScalar(view: DataView, at: number): number {
  const first = view.getUint8(at);
  if (first <= 0x7f || first >= 0xe0) return at + 1;
  if (first >= 0xa0 && first <= 0xbf) return at + 1 + (first & 0x1f);
  const fixed = FIXED_BYTES[first - 0xc0];
  if (fixed !== undefined && fixed > 0) return at + fixed;
  switch (first) {
    case 0xc4: // bin 8
    case 0xd9: // str 8
      return at + 2 + lengthField(view, at + 1, 1);
    case 0xc5: // bin 16
    case 0xda: // str 16
      return at + 3 + lengthField(view, at + 1, 2);
    case 0xc6: // bin 32
    case 0xdb: // str 32
      return at + 5 + lengthField(view, at + 1, 4);
    default:
      throw malformed(`holds a value of a kind that is not in use (0x${first.toString(16)})`, at);
  }
}

function lengthField(view: DataView, at: number, width: 1 | 2 | 4): number {
  if (at + width > view.byteLength) throw malformed("ends inside a length", at);
  if (width === 1) return view.getUint8(at);
  return width === 2 ? view.getUint16(at) : view.getUint32(at);
}

function malformed(what: string, at: number): MalformedPeerDataError {
  return new MalformedPeerDataError(`peer data ${what}, at byte ${at}`);
}

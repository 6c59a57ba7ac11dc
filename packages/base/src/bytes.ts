/**
 * Bytes as a string of code units 0–255 ("latin1"): the form in which keys are
 * looked up and ordered, because a `Map` compares strings by content and `<`
 * on such strings is the bytewise order.
 */
export type ByteString = string;

/** What Node's Buffer adds to a Uint8Array; found at run time, so that pure packages need no Node types. */
interface Latin1Bytes {
  latin1Slice?(start: number, end: number): string;
}
interface BufferLike {
  from(text: string, encoding: "latin1"): Uint8Array;
}

const nodeBuffer = (globalThis as unknown as { readonly Buffer?: BufferLike }).Buffer;
const EMPTY: Uint8Array = new Uint8Array(0);
const latin1Slice = (nodeBuffer as unknown as { readonly prototype?: Latin1Bytes } | undefined)
  ?.prototype?.latin1Slice;

export function emptyBytes(): Uint8Array {
  return EMPTY;
}

export function toByteString(bytes: Uint8Array): ByteString {
  if (latin1Slice !== undefined) return latin1Slice.call(bytes as Latin1Bytes, 0, bytes.length);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export function fromByteString(text: ByteString): Uint8Array {
  if (nodeBuffer !== undefined) return nodeBuffer.from(text, "latin1");
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Bytewise lexicographic order: negative, 0 or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** The bytes of an even number of hexadecimal digits; `undefined` if the text is anything else. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  }
  return bytes;
}

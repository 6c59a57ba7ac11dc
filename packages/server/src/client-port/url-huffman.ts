/**
 * The part of HPACK's Huffman code (RFC 7541, appendix B) that URLs are made of: by length of the code in bits, the
 * first code of that length and its characters in order.
 */
const CODES: readonly (readonly [bits: number, first: number, characters: string])[] = [
  [5, 0x0, "012aceiost"],
  [6, 0x14, " %-./3456789=A_bdfghlmnpru"],
  [7, 0x5c, ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"],
  [8, 0xf8, "&*,;XZ"],
  [13, 0x1ffb, "[]"],
];
const LONGEST_BITS = 13;
/** What is left of the last byte is filled with ones, fewer than make a character. */
const PADDING_BITS_MAX = 7;

const CHARACTERS: ReadonlyMap<string, string> = new Map(
  CODES.flatMap(([bits, first, characters]) =>
    [...characters].map((character, at) => [
      (first + at).toString(2).padStart(bits, "0"),
      character,
    ]),
  ),
);

/** The text of a Huffman-coded string; `undefined` where it holds what no URL does. */
export function decodeUrlHuffman(bytes: Uint8Array): string | undefined {
  let text = "";
  let code = "";
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code += (byte >> bit) & 1;
      const character = CHARACTERS.get(code);
      if (character !== undefined) {
        text += character;
        code = "";
      } else if (code.length > LONGEST_BITS) return undefined;
    }
  }
  return code.length <= PADDING_BITS_MAX && !code.includes("0") ? text : undefined;
}

const strictText = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of `bytes`; undefined if they are not UTF-8. */
export function asText(bytes: Uint8Array): string | undefined {
  try {
    return strictText.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Bytes on one line and harmless to a terminal: text with its control
 * characters escaped, anything else in hexadecimal.
 */
export function printable(bytes: Uint8Array): string {
  const text = asText(bytes);
  if (text === undefined) return `0x${Buffer.from(bytes).toString("hex")}`;
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029\\]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === "\\") return "\\\\";
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === "\r") return "\\r";
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

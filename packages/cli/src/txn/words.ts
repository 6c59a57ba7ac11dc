import { UsageError } from "../usage-error.ts";

const WORD = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)/y;

/**
 * The words of a line: separated by blanks, or in double quotes with JSON's escapes.
 *
 * @throws UsageError if a quote is not closed, or stands inside a word.
 */
export function words(line: string): readonly string[] {
  const found: string[] = [];
  const text = line.trim();
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const at = WORD.lastIndex;
    const match = WORD.exec(text);
    if (match === null)
      throw new UsageError(
        `a quote in \`${text.slice(at)}\` is not closed, or stands inside a word`,
      );
    const [, quoted, bare] = match;
    found.push(quoted === undefined ? (bare ?? "") : unquote(quoted));
  }
  return found;
}

/** The text between double quotes, its escapes resolved as in JSON. */
export function unquote(quoted: string): string {
  try {
    const text: unknown = JSON.parse(`"${quoted}"`);
    return typeof text === "string" ? text : quoted;
  } catch {
    throw new UsageError(`"${quoted}" has an escape that is none of JSON's`);
  }
}

/** Digits from which on a number may be more than JavaScript's own can tell. */
const LONG_NUMBER = /(?<![\d.eE+])-?\d{16,}(?![\d.eE])/g;

/**
 * The same JSON with long whole numbers as strings: ids of leases have 63 bits, which `JSON.parse` would round,
 * and fields of 64 bits take strings as well as numbers.
 */
export function withLongNumbersAsText(json: string): string {
  if (json.search(LONG_NUMBER) < 0) return json;
  const parts: string[] = [];
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf(QUOTE, at);
    const end = quote < 0 ? json.length : quote;
    parts.push(json.slice(at, end).replace(LONG_NUMBER, '"$&"'));
    at = quote < 0 ? end : endOfString(json, quote);
    parts.push(json.slice(end, at));
  }
  return parts.join("");
}

const QUOTE = '"';
const BACKSLASH = "\\";

/** Behind the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, json.length);
}

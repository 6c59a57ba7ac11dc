/** Pictures use one font size, of a fixed width, so that what fits can be told without a browser. */
export const CHAR_WIDTH = 8;
export const LINE_HEIGHT = 18;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Text as it may stand in markup, also in an attribute. Keys and values may hold anything. */
export function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? "")
    .replace(/\p{Cc}/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

export interface Attributes {
  readonly [name: string]: string | number | undefined;
}

/** An element; `undefined` attributes are left out, and the content is markup already. */
export function element(
  name: string,
  attributes: Attributes,
  ...content: readonly string[]
): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  return `<${name}${list.join("")}>${content.join("")}</${name}>`;
}

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly charsMax: number;
  readonly class?: string;
}

/** A line of text; what is cut off shows when it is pointed at. */
export function label({ text, charsMax, ...attributes }: Label): string {
  const short = shortened(text, charsMax);
  const whole = short === text ? "" : element("title", {}, escaped(text));
  return element("text", attributes, whole, escaped(short));
}

export function shortened(text: string, charsMax: number): string {
  const chars = [...text];
  return chars.length <= charsMax ? text : `${chars.slice(0, charsMax - 1).join("")}…`;
}

/** Columns that hold the longest of the texts, and a gap. */
export function widthFor(texts: readonly string[], charsMax: number): number {
  const longest = Math.max(0, ...texts.map((text) => Math.min([...text].length, charsMax)));
  return longest === 0 ? 0 : (longest + 2) * CHAR_WIDTH;
}

/** Lines of words of at most so many characters; a longer word has a line of its own. */
export function wrapped(text: string, charsMax: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > charsMax) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

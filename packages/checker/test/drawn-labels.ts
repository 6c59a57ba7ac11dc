/** A line of text in a drawing, by the room it takes. */
export interface DrawnLabel {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What browsers give a character of the page's font at 13 px. */
const CHAR_WIDTH = 7.83;
const ASCENT = 11;
const DESCENT = 3;
const SHIFT = /translate\((-?[\d.]+) (-?[\d.]+)\)( rotate)?/;

/** All level lines of text of each drawing of a page; what is turned is left out. */
export function labelsIn(page: string): readonly (readonly DrawnLabel[])[] {
  return [...page.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([svg]) => labelsOf(svg));
}

function labelsOf(svg: string): readonly DrawnLabel[] {
  const shifts: { readonly x: number; readonly y: number; readonly isTurned: boolean }[] = [];
  const found: DrawnLabel[] = [];
  const parts =
    /<g transform="([^"]*)">|<\/g>|<text ([^>]*)>(?:<title>[^<]*<\/title>)?([^<]*)<\/text>/g;
  for (const [whole, transform, attributes, text = ""] of svg.matchAll(parts)) {
    if (whole === "</g>") shifts.pop();
    else if (transform !== undefined) {
      const [, x, y, turn] = SHIFT.exec(transform) ?? [];
      shifts.push({ x: Number(x), y: Number(y), isTurned: turn !== undefined });
    } else if (!shifts.some(({ isTurned }) => isTurned)) {
      const x = numberIn(attributes, "x") + shifts.reduce((sum, shift) => sum + shift.x, 0);
      const y = numberIn(attributes, "y") + shifts.reduce((sum, shift) => sum + shift.y, 0);
      const plain = text.replace(/&\w+;/g, "&");
      const right = x + [...plain].length * CHAR_WIDTH;
      found.push({ text: plain, left: x, right, top: y - ASCENT, bottom: y + DESCENT });
    }
  }
  return found.filter(({ text }) => text !== "");
}

function numberIn(attributes: string | undefined, name: string): number {
  return Number(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes ?? "")?.[1]);
}

/** Pairs of texts that lie over one another. */
export function overlapsIn(labels: readonly DrawnLabel[]): readonly (readonly [string, string])[] {
  return labels.flatMap((a, at) =>
    labels
      .slice(at + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => [a.text, b.text] as const),
  );
}

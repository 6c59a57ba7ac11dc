import { element, escaped } from "./markup.ts";

/** One file that needs nothing else: no script, no font, no network. */
export function page(title: string, ...content: readonly string[]): string {
  const head = [
    '<meta charset="utf-8">',
    element("title", {}, escaped(title)),
    element("style", {}, STYLE),
  ];
  return `<!doctype html>\n${element(
    "html",
    { lang: "en" },
    element("head", {}, ...head),
    element("body", {}, element("h1", {}, escaped(title)), ...content),
  )}\n`;
}

/** A drawing of its own size; a narrow window scrolls it. */
export function drawing(
  {
    width,
    height,
    what,
  }: { readonly width: number; readonly height: number; readonly what: string },
  ...content: readonly string[]
): string {
  const size = { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" };
  const svg = { ...size, "aria-label": what };
  return element("div", { class: "drawing" }, element("svg", svg, ...content));
}

export function paragraph(text: string, className?: string): string {
  return element("p", { class: className }, escaped(text));
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #616b76; --paper: #ffffff; --line: #d8dde3;
  --band: #f4f6f8; --ok: #1f63c6; --ok-bar: #b9d0f2; --bad: #c3201f; --bad-bar: #f0a9a6; --bad-band: #fdecec;
  --open: #9aa4af; --ww: #7a3fc0; --wr: #177245; --rw: #b8480a; --realtime: #4f5a66; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --dim: #9aa5b1; --paper: #15181c;
  --line: #353c45; --band: #1d2126; --ok: #7fb0ff; --ok-bar: #2c4a78; --bad: #ff8a84; --bad-bar: #7c2f2c;
  --bad-band: #35191a; --open: #6b7580; --ww: #c39bff; --wr: #6fd3a0; --rw: #ffab6b; --realtime: #b3bdc8; } }
body { margin: 20px 24px; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 20px; margin: 0 0 6px; } h2 { font-size: 17px; margin: 26px 0 2px; }
p { margin: 2px 0 8px; max-width: 1000px; } .dim { color: var(--dim); } p.bad { color: var(--bad); font-weight: 600; }
.drawing { overflow-x: auto; }
text { font: 13px "DejaVu Sans Mono", ui-monospace, Menlo, Consolas, monospace; fill: var(--ink); }
text.dim { fill: var(--dim); } text.bad { fill: var(--bad); font-weight: 700; } text.strong { font-weight: 700; }
.line { stroke: var(--line); stroke-width: 1; } .band { fill: var(--band); } .bad-band { fill: var(--bad-band); }
.leader { stroke: var(--line); stroke-dasharray: 1 3; }
.bar { fill: var(--ok-bar); } .bar.bad { fill: var(--bad-bar); stroke: var(--bad); }
.bar.open { fill: var(--paper); stroke: var(--open); stroke-width: 1.5; stroke-dasharray: 4 3; }
.point { fill: var(--ok); } .cross { stroke: var(--bad); stroke-width: 3; }
.box { fill: var(--band); stroke: var(--line); }
.edge { fill: none; stroke-width: 2; } .chip { stroke: none; } text.chip-text { fill: var(--paper); font-weight: 700; }
.ww { stroke: var(--ww); } .wr { stroke: var(--wr); } .rw { stroke: var(--rw); }
.realtime { stroke: var(--realtime); } .edge.realtime { stroke-dasharray: 6 4; }
.head, .chip { stroke: none; } .head.ww, .chip.ww { fill: var(--ww); } .head.wr, .chip.wr { fill: var(--wr); }
.head.rw, .chip.rw { fill: var(--rw); } .head.realtime, .chip.realtime { fill: var(--realtime); }
`;

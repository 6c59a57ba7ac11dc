import type { Counterexample } from "../counterexample.ts";
import { timeText } from "../time-text.ts";
import { type Row, type RowLayout, rowsOf } from "./counterexample-rows.ts";
import { element, label, shortened, widthFor } from "./markup.ts";
import { drawing, page, paragraph } from "./page.ts";

const COLUMN_WIDTH = 16;
const LANE_GAP = 14;
const BAR_WIDTH = 10;
const MARGIN = 6;
const PLACE_WIDTH = 44;
const CHARS_MAX = Object.freeze({ client: 18, text: 48, state: 44, span: 27 });
const SENTENCE_CHARS_MAX = 120;
/** Names of lanes are written upwards, aslant. */
const SLANT_DEGREES = 50;
const NAME_CHAR_HEIGHT = 6.3;

/**
 * A counterexample as a page: time runs downwards, each client has a lane, each operation a bar and a line of
 * text at the moment at which it took effect, with the state after it.
 */
export function drawCounterexample(found: Counterexample): string {
  const layout = rowsOf(found);
  const { impossible, refusedIn } = found;
  const who = `Client ${impossible.client} was answered so at ${timeText(impossible.returned)}`;
  return page(
    `Not linearizable: ${shortened(impossible.text, SENTENCE_CHARS_MAX)}`,
    paragraph(
      `${who} (red, at the bottom). Whatever the order, it can only have met ${states(refusedIn)}.`,
      "bad",
    ),
    paragraph(
      "Time runs downwards. A dot is a moment between call and answer at which the operation can have taken effect; all dots together are an order that explains every answer but the red one. Dashed: under way or never answered, and not in the order.",
      "dim",
    ),
    draw(found, layout),
  );
}

function states(refusedIn: readonly string[]): string {
  const shown = refusedIn.map((state) => shortened(state, SENTENCE_CHARS_MAX));
  return `${shown.length === 1 ? "the state" : "the states"} ${shown.join(" | ")}`;
}

interface Columns {
  readonly place: number;
  readonly client: number;
  readonly text: number;
  readonly state: number;
  readonly span: number;
  readonly end: number;
}

function draw(found: Counterexample, layout: RowLayout): string {
  const { rows, lanes, height, hidden } = layout;
  const laneOffsets = offsetsOf(lanes);
  const columns = columnsOf(rows, laneOffsets.width, found);
  const names = lanes.map(({ client }) => shortened(client, CHARS_MAX.client));
  const top = 30 + Math.max(0, ...names.map((name) => name.length)) * NAME_CHAR_HEIGHT;
  const before = statesBefore(rows, hidden.placed === 0 ? found.initialState : undefined);
  const tail = hidden.others === 0 ? "" : `and ${hidden.others} more that are not in the order`;
  return drawing(
    { width: columns.end, height: top + height + 30, what: "operations over time" },
    ...headings(columns, top - 14),
    ...names.map((name, at) => laneName(name, (laneOffsets.middles[at] ?? 0) + MARGIN, top - 12)),
    label({
      x: columns.state,
      y: top,
      text: atFirst(found, hidden.placed),
      charsMax: CHARS_MAX.state,
      class: "dim",
    }),
    element(
      "g",
      { transform: `translate(0 ${top})` },
      ...rows.map((row) => band(row, columns)),
      ...rows.map((row) => bar(row, MARGIN + (laneOffsets.columns[row.column] ?? 0))),
      ...rows.flatMap((row) =>
        rowText(row, columns, {
          x: MARGIN + (laneOffsets.columns[row.column] ?? 0),
          before,
          found,
        }),
      ),
    ),
    label({
      x: columns.text,
      y: top + height + 18,
      text: tail,
      charsMax: CHARS_MAX.text,
      class: "dim",
    }),
  );
}

/** Left edges of all columns of all lanes, and the middle of each lane. */
function offsetsOf(lanes: RowLayout["lanes"]) {
  const columns: number[] = [];
  const middles: number[] = [];
  let x = 0;
  for (const lane of lanes) {
    middles.push(x + ((lane.columns - 1) * COLUMN_WIDTH + BAR_WIDTH) / 2);
    for (let column = 0; column < lane.columns; column++) columns.push(x + column * COLUMN_WIDTH);
    x += lane.columns * COLUMN_WIDTH + LANE_GAP;
  }
  return { columns, middles, width: x };
}

function columnsOf(rows: readonly Row[], lanes: number, found: Counterexample): Columns {
  const { client: clientMax, text: textMax, state: stateMax, span: spanMax } = CHARS_MAX;
  const place = MARGIN + lanes + 10;
  const client = place + PLACE_WIDTH;
  const text = client + widthFor(["client", ...rows.map((row) => String(row.client))], clientMax);
  const state = text + widthFor(["operation", ...rows.map((row) => row.text)], textMax);
  const states = ["state after it", ...rows.map((row) => stateText(row, found))];
  const span = state + widthFor([...states, atFirst(found, 0)], stateMax);
  const end = span + widthFor(["called – returned", ...rows.map(spanText)], spanMax);
  return { place, client, text, state, span, end };
}

function atFirst({ initialState }: Counterexample, hidden: number): string {
  return hidden === 0 ? `at first ${initialState}` : `after ${hidden} others`;
}

function headings(columns: Columns, y: number): readonly string[] {
  const all = [
    [columns.client, "client"],
    [columns.text, "operation"],
    [columns.state, "state after it"],
    [columns.span, "called – returned"],
  ] as const;
  return all.map(([x, text]) => label({ x, y: y - 8, text, charsMax: text.length, class: "dim" }));
}

function laneName(name: string, x: number, y: number): string {
  const turned = { transform: `translate(${x} ${y}) rotate(${-SLANT_DEGREES})` };
  return element("g", turned, label({ x: 0, y: 0, text: name, charsMax: CHARS_MAX.client }));
}

function band({ kind, y }: Row, { end }: Columns): string {
  if (kind !== "impossible") return "";
  return element("rect", { class: "bad-band", x: 0, y: y - 12, width: end, height: 24 });
}

function bar({ kind, top, bottom, isOpen }: Row, x: number): string {
  const look = kind === "impossible" ? " bad" : kind === "other" ? " open" : "";
  const size = {
    x,
    y: top,
    width: BAR_WIDTH,
    height: Math.max(4, bottom - top),
    rx: isOpen ? 0 : 4,
  };
  return element("rect", { class: `bar${look}`, ...size });
}

function rowText(
  row: Row,
  columns: Columns,
  {
    x,
    before,
    found,
  }: {
    readonly x: number;
    readonly before: ReadonlyMap<Row, string | undefined>;
    readonly found: Counterexample;
  },
): readonly string[] {
  const y = row.y + 5;
  const middle = x + BAR_WIDTH / 2;
  const look = row.kind === "impossible" ? "bad" : row.kind === "other" ? "dim" : undefined;
  const styled = look === undefined ? {} : { class: look };
  const isChange = row.kind === "placed" && before.get(row) !== row.state;
  return [
    element("line", {
      class: "leader",
      x1: middle + 8,
      x2: columns.place - 6,
      y1: row.y,
      y2: row.y,
    }),
    mark(row, middle),
    label({ x: columns.place, y, text: placeText(row), charsMax: 4, class: look ?? "dim" }),
    label({
      x: columns.client,
      y,
      text: String(row.client),
      charsMax: CHARS_MAX.client,
      ...styled,
    }),
    label({ x: columns.text, y, text: row.text, charsMax: CHARS_MAX.text, ...styled }),
    label({
      x: columns.state,
      y,
      text: stateText(row, found),
      charsMax: CHARS_MAX.state,
      class: look ?? (isChange ? "strong" : "dim"),
    }),
    label({ x: columns.span, y, text: spanText(row), charsMax: CHARS_MAX.span, class: "dim" }),
  ];
}

function placeText(row: Row): string {
  if (row.kind === "placed") return String(row.place);
  return row.kind === "impossible" ? "✕" : "–";
}

function stateText(row: Row, { refusedIn }: Counterexample): string {
  if (row.kind === "placed") return `⇒ ${row.state}`;
  return row.kind === "other" ? "not in the order" : `✕ not in ${refusedIn.join(" | ")}`;
}

function mark({ kind, y }: Row, x: number): string {
  if (kind === "other") return "";
  if (kind === "placed") return element("circle", { class: "point", cx: x, cy: y, r: 6 });
  const d = `M ${x - 6} ${y - 6} l 12 12 m 0 -12 l -12 12`;
  return element("path", { class: "cross", d });
}

/** The state that each placed operation found. */
function statesBefore(
  rows: readonly Row[],
  initial: string | undefined,
): ReadonlyMap<Row, string | undefined> {
  const before = new Map<Row, string | undefined>();
  let state = initial;
  for (const row of rows) {
    before.set(row, state);
    if (row.kind === "placed") state = row.state;
  }
  return before;
}

function spanText({ called, returned }: Row): string {
  return `${timeText(called)} – ${timeText(returned)}`;
}

import { type Anomaly, type CycleAnomaly, meaningOf, nameOf } from "../transactions/anomaly.ts";
import type { Edge } from "../transactions/dependency-graph.ts";
import { reasonOf, transactionsOf } from "../transactions/explain-transactions.ts";
import type { TransactionVerdict } from "../transactions/strictly-serializable.ts";
import type { Transaction } from "../transactions/transaction.ts";
import { CHAR_WIDTH, element, escaped, LINE_HEIGHT, label, wrapped } from "./markup.ts";
import { drawing, page, paragraph } from "./page.ts";
import { timeBar } from "./time-bars.ts";
import { BOX_WIDTH, type Box, transactionBox } from "./transaction-box.ts";

/** Anomalies that are drawn; one is enough to go by. */
const ANOMALIES_DRAWN = 3;
/** Transactions of one anomaly that are drawn. */
const BOXES_MAX = 40;
/** Left of the boxes, for the edge back to the first. */
const RAIL = 44;
const TOP = 26;
const REASON_CHARS = 62;
const TIME_X = RAIL + BOX_WIDTH + 30;
const TIME_WIDTH = 300;
const WIDTH = TIME_X + TIME_WIDTH + 10;

/** The anomalies of an illegal verdict as a page: of each cycle its transactions and why one comes before the next. */
export function drawTransactions({ anomalies, transactions }: TransactionVerdict): string {
  const more = anomalies.length - ANOMALIES_DRAWN;
  const [first] = anomalies;
  return page(
    first === undefined
      ? "Strictly serializable"
      : `Not strictly serializable: ${anomalies.length === 1 ? first.name : `${anomalies.length} anomalies`}`,
    ...anomalies.slice(0, ANOMALIES_DRAWN).map((anomaly) => section(anomaly, transactions)),
    ...(more > 0 ? [paragraph(`and ${more} more`, "dim")] : []),
  );
}

function section(anomaly: Anomaly, transactions: readonly Transaction[]): string {
  const head = element("h2", {}, escaped(`${anomaly.name}: ${meaningOf(anomaly.name)}`));
  const why =
    anomaly.kind === "observed"
      ? anomaly.text
      : "Each must come before the one below it, and the last before the first. No order does that.";
  return [head, paragraph(why, "bad"), drawn(anomaly, transactions)].join("");
}

function drawn(anomaly: Anomaly, transactions: readonly Transaction[]): string {
  const edges = anomaly.kind === "cycle" ? anomaly.edges : [];
  const numbers = transactionsOf(anomaly);
  const shown = numbers.slice(0, BOXES_MAX).flatMap((number) => {
    const transaction = transactions[number];
    return transaction === undefined ? [] : [{ number, transaction }];
  });
  const all = shown.map(({ transaction }) => transaction);
  const content: string[] = [];
  const hasTime = shown.length > 1;
  if (hasTime) {
    const text = "time → (moments evenly spaced)";
    content.push(label({ x: TIME_X, y: 14, text, charsMax: 40, class: "dim" }));
  }
  let y = TOP;
  for (const [at, { number, transaction }] of shown.entries()) {
    const box = transactionBox(number, transaction, anomaly);
    content.push(placedBox(box, y));
    const middle = y + box.height / 2;
    if (hasTime)
      content.push(timeBar({ transaction, all, x: TIME_X, y: middle, width: TIME_WIDTH }));
    y += box.height;
    const edge = edges[at];
    if (edge === undefined) y += LINE_HEIGHT;
    else if (at < numbers.length - 1) y = arrowDown(edge, y, { transactions, content });
    else y = arrowBack(edge, y, { transactions, content });
  }
  const hidden = numbers.length - shown.length;
  if (hidden > 0) {
    const text = `and ${hidden} more transactions, the last of which comes before ${nameOf(numbers[0] ?? 0)}`;
    content.push(label({ x: RAIL, y: y + 14, text, charsMax: 90, class: "dim" }));
    y += LINE_HEIGHT;
  }
  return drawing({ width: WIDTH, height: y + 10, what: anomaly.name }, ...content);
}

function placedBox({ markup }: Box, y: number): string {
  return element("g", { transform: `translate(${RAIL} ${y})` }, markup);
}

interface Canvas {
  readonly transactions: readonly Transaction[];
  readonly content: string[];
}

/** An edge to the box below; returns where that begins. */
function arrowDown(edge: Edge, y: number, { transactions, content }: Canvas): number {
  const lines = wrapped(reasonOf(edge, transactions), REASON_CHARS);
  const end = y + Math.max(44, (lines.length + 1) * LINE_HEIGHT + 8);
  const x = RAIL + 30;
  content.push(
    line(edge, `M ${x} ${y} V ${end - 8}`),
    head(edge, x, end, "down"),
    reason(edge, lines, (y + end) / 2),
  );
  return end;
}

/** The edge from the last box to the first, along the left. */
function arrowBack(edge: Edge, y: number, { transactions, content }: Canvas): number {
  const lines = wrapped(reasonOf(edge, transactions), REASON_CHARS);
  const end = y + Math.max(44, (lines.length + 1) * LINE_HEIGHT + 8);
  const x = RAIL + 30;
  const first = TOP + 18;
  content.push(
    line(edge, `M ${x} ${y} V ${end - 14} H 16 V ${first} H ${RAIL - 8}`),
    head(edge, RAIL, first, "right"),
    reason(
      edge,
      [`back to ${nameOf(edge.to)}: ${lines[0] ?? ""}`, ...lines.slice(1)],
      (y + end) / 2 - 6,
    ),
  );
  return end;
}

function line({ kind }: Edge, d: string): string {
  return element("path", { class: `edge ${kind}`, d });
}

function head({ kind }: Edge, x: number, y: number, way: "down" | "right"): string {
  const d = way === "down" ? `M ${x} ${y} l -6 -10 h 12 z` : `M ${x} ${y} l -10 -6 v 12 z`;
  return element("path", { class: `head ${kind}`, d });
}

function reason(
  { kind }: CycleAnomaly["edges"][number],
  lines: readonly string[],
  y: number,
): string {
  const width = (kind.length + 2) * CHAR_WIDTH;
  const x = RAIL + 44;
  const top = y - (lines.length * LINE_HEIGHT) / 2 + 13;
  return [
    element("rect", { class: `chip ${kind}`, x, y: top - 14, width, height: 20, rx: 6 }),
    label({ x: x + CHAR_WIDTH, y: top + 1, text: kind, charsMax: 10, class: "chip-text" }),
    ...lines.map((text, at) =>
      label({
        x: x + width + 12,
        y: top + 1 + at * LINE_HEIGHT,
        text,
        charsMax: REASON_CHARS + 16,
      }),
    ),
  ].join("");
}

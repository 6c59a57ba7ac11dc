import { type Anomaly, nameOf } from "../transactions/anomaly.ts";
import type { Edge } from "../transactions/dependency-graph.ts";
import { spanText } from "../transactions/explain-transactions.ts";
import { stepText, type Transaction, type TransactionStep } from "../transactions/transaction.ts";
import { CHAR_WIDTH, element, LINE_HEIGHT, label } from "./markup.ts";

export const BOX_WIDTH = 560;

const PADDING = 10;
const CHARS_MAX = Math.floor((BOX_WIDTH - 3 * PADDING) / CHAR_WIDTH);
/** Of a transaction with more, those that the anomaly is about are shown first. */
const STEPS_SHOWN = 8;
const LIST_SHOWN = 6;

export interface Box {
  readonly height: number;
  /** Markup with its upper left corner at 0, 0. */
  readonly markup: string;
}

/** A transaction with its steps; those that the anomaly is about are strong. */
export function transactionBox(number: number, transaction: Transaction, anomaly: Anomaly): Box {
  const { client, outcome, steps } = transaction;
  const { key, values } = anomaly.kind === "observed" ? anomaly : { key: undefined, values: [] };
  const told = steps.filter((step) =>
    anomaly.kind === "cycle"
      ? anomaly.edges.some((edge) => isAbout(edge, number, step))
      : step.key === anomaly.key,
  );
  const rest = steps.filter((step) => !told.includes(step));
  const kept = new Set([...told, ...rest].slice(0, STEPS_SHOWN));
  const shown = steps.filter((step) => kept.has(step));
  const fate = outcome === "committed" ? "" : ` · ${outcome}`;
  const head = `client ${client}${fate} · ${spanText(transaction)}`;
  const name = nameOf(number);
  const lines = [
    ...shown.map((step) => ({
      text: stepText(step, LIST_SHOWN, step.key === key ? values : []),
      class: told.includes(step) ? "strong" : "dim",
    })),
    ...(shown.length < steps.length
      ? [{ text: `and ${steps.length - shown.length} more steps`, class: "dim" }]
      : []),
  ];
  const height = (lines.length + 1) * LINE_HEIGHT + 2 * PADDING;
  const headX = PADDING + (name.length + 2) * CHAR_WIDTH;
  const markup = [
    element("rect", { class: "box", x: 0, y: 0, width: BOX_WIDTH, height, rx: 8 }),
    label({ x: PADDING, y: PADDING + 13, text: name, charsMax: CHARS_MAX, class: "strong" }),
    label({
      x: headX,
      y: PADDING + 13,
      text: head,
      charsMax: CHARS_MAX - name.length - 2,
      class: "dim",
    }),
    ...lines.map((line, at) =>
      label({
        x: PADDING * 2,
        y: PADDING + 13 + (at + 1) * LINE_HEIGHT,
        charsMax: CHARS_MAX,
        ...line,
      }),
    ),
  ].join("");
  return { height, markup };
}

/** Whether the edge is there because of this step. */
function isAbout(edge: Edge, number: number, step: TransactionStep): boolean {
  if (edge.kind === "realtime" || step.key !== edge.key) return false;
  const isFrom = edge.from === number;
  if (!isFrom && edge.to !== number) return false;
  if (edge.kind === (isFrom ? "rw" : "wr")) return step.kind === "read";
  const value = edge.kind === "ww" && isFrom ? edge.after : edge.value;
  return step.kind === "append" && step.value === value;
}

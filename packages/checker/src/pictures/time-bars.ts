import type { Transaction } from "../transactions/transaction.ts";
import { element } from "./markup.ts";

export interface TimeBar {
  readonly transaction: Transaction;
  /** Those it is drawn beside. */
  readonly all: readonly Transaction[];
  readonly x: number;
  /** The middle. */
  readonly y: number;
  readonly width: number;
}

const HEIGHT = 12;

/** When a transaction ran, beside others: moments lie evenly, so that what was first shows however close it was. */
export function timeBar({ transaction, all, x, y, width }: TimeBar): string {
  const moments = [...new Set(all.flatMap(timesOf))].sort((a, b) => a - b);
  const gap = width / Math.max(1, moments.length);
  const placeOf = (time: number) => x + moments.indexOf(time) * gap;
  const { called, returned } = transaction;
  const from = placeOf(called);
  const to = returned === undefined ? x + width : placeOf(returned);
  const size = { x: from, y: y - HEIGHT / 2, width: Math.max(4, to - from), height: HEIGHT, rx: 4 };
  return [
    element("line", { class: "line", x1: x, x2: x + width, y1: y, y2: y }),
    element("rect", { class: returned === undefined ? "bar open" : "bar", ...size }),
  ].join("");
}

function timesOf({ called, returned }: Transaction): readonly number[] {
  return returned === undefined ? [called] : [called, returned];
}

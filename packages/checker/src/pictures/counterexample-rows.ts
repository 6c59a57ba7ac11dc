import type { Counterexample, ToldOperation } from "../counterexample.ts";

/** What a picture of a counterexample shows at most, of the end of the order and of what is not in it. */
export const SHOWN_MAX: { readonly placed: number; readonly others: number } = Object.freeze({
  placed: 60,
  others: 20,
});

/**
 * `placed`: it took effect; `impossible`: it cannot have; `other`: under way or open for ever, not in the order.
 * Each operation has one row, with its text: the moment of its effect, of its answer, or of its call.
 */
export type Row = ToldOperation & {
  /** The middle of the row. */
  readonly y: number;
  readonly column: number;
  /** Where its bar begins and ends. */
  readonly top: number;
  readonly bottom: number;
  /** It is not known to have been answered by the end of the picture. */
  readonly isOpen: boolean;
} & (
    | { readonly kind: "placed"; readonly place: number; readonly state: string }
    | { readonly kind: "impossible" | "other" }
  );

export interface RowLayout {
  readonly rows: readonly Row[];
  /** Each client's columns, from the left; several where it had several operations at a time. */
  readonly lanes: readonly { readonly client: string; readonly columns: number }[];
  readonly height: number;
  readonly hidden: { readonly placed: number; readonly others: number };
}

const ROW_HEIGHT = 24;
/** Calls and answers lie so far apart at least. */
const EDGE_HEIGHT = 5;

type Shown = ToldOperation &
  (
    | { readonly kind: "placed"; readonly place: number; readonly state: string }
    | { readonly kind: "impossible" | "other" }
  );

/** Puts time downwards, as slow as the rows of text need it: what lies above was earlier. */
export function rowsOf({ order, impossible, others }: Counterexample): RowLayout {
  const first = Math.max(0, order.length - SHOWN_MAX.placed);
  const shown: readonly Shown[] = [
    ...order
      .slice(first)
      .map((operation, at) => ({ ...operation, kind: "placed" as const, place: first + at + 1 })),
    { ...impossible, kind: "impossible" },
    ...others.slice(0, SHOWN_MAX.others).map((other) => ({ ...other, kind: "other" as const })),
  ];
  const end = impossible.returned ?? Number.POSITIVE_INFINITY;
  const { tops, middles, bottoms, height } = placeInTime(shown, end);
  const bars = shown.map((operation, at) => ({
    ...operation,
    y: middles.get(at) ?? 0,
    top: tops.get(at) ?? 0,
    bottom: bottoms.get(at) ?? height,
    isOpen: !bottoms.has(at),
  }));
  const { columnOf, lanes } = lanesOf(bars);
  const rows = bars.map((bar, at): Row => ({ ...bar, column: columnOf[at] ?? 0 }));
  const hidden = { placed: first, others: Math.max(0, others.length - SHOWN_MAX.others) };
  return { rows: rows.sort((a, b) => a.y - b.y), lanes, height, hidden };
}

interface Moment {
  readonly at: number;
  /** Of moments at one time: calls, effects, the impossible answer, answers. */
  readonly rank: number;
  readonly operation: number;
  readonly what: "call" | "row" | "return";
}

function placeInTime(shown: readonly Shown[], end: number) {
  const tops = new Map<number, number>();
  const middles = new Map<number, number>();
  const bottoms = new Map<number, number>();
  let y = 0;
  for (const { what, operation } of momentsOf(shown, end)) {
    if (what === "row") {
      middles.set(operation, y + ROW_HEIGHT / 2);
      y += ROW_HEIGHT;
      continue;
    }
    y += EDGE_HEIGHT;
    (what === "call" ? tops : bottoms).set(operation, y);
  }
  return { tops, middles, bottoms, height: y + EDGE_HEIGHT };
}

function momentsOf(shown: readonly Shown[], end: number): readonly Moment[] {
  const moments: Moment[] = [];
  let effect = Number.NEGATIVE_INFINITY;
  for (const [operation, { kind, called, returned }] of shown.entries()) {
    moments.push({ at: called, rank: 0, operation, what: "call" });
    if (kind === "placed") {
      effect = Math.max(effect, called);
      moments.push({ at: effect, rank: 1, operation, what: "row" });
    } else {
      const at = kind === "impossible" ? end : called;
      moments.push({ at, rank: kind === "impossible" ? 2 : 0, operation, what: "row" });
    }
    if (returned !== undefined && returned <= end) {
      moments.push({ at: returned, rank: 3, operation, what: "return" });
    }
  }
  // Sorting is stable: effects at one time keep their order, and a call comes before its own row.
  return moments.sort((a, b) => a.at - b.at || a.rank - b.rank);
}

interface Bar {
  readonly client: number | string;
  readonly top: number;
  readonly bottom: number;
}

function lanesOf(bars: readonly Bar[]) {
  const columnsByClient = new Map<string, number[]>();
  const within: { readonly client: string; readonly column: number }[] = [];
  const byTop = [...bars.entries()].sort(([, a], [, b]) => a.top - b.top);
  for (const [at, { client, top, bottom }] of byTop) {
    const name = String(client);
    const ends = columnsByClient.get(name) ?? [];
    columnsByClient.set(name, ends);
    const free = ends.findIndex((endOfLast) => endOfLast < top);
    const column = free === -1 ? ends.length : free;
    ends[column] = bottom;
    within[at] = { client: name, column };
  }
  const lanes = [...columnsByClient].map(([client, ends]) => ({ client, columns: ends.length }));
  const firstColumns = new Map<string, number>();
  let columns = 0;
  for (const lane of lanes) {
    firstColumns.set(lane.client, columns);
    columns += lane.columns;
  }
  const columnOf = within.map(({ client, column }) => (firstColumns.get(client) ?? 0) + column);
  return { lanes, columnOf };
}

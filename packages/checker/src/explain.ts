import type { Counterexample, ToldOperation } from "./counterexample.ts";
import type { Verdict } from "./linearizable.ts";
import { timeText } from "./time-text.ts";

const ORDER_LINES = 15;
const OTHER_LINES = 25;

/** A verdict for people to read; many lines where it is illegal. */
export function explain(verdict: Verdict): string {
  const { operations, partitions, steps } = verdict;
  const size = `${counted(operations, "operation")}, ${counted(partitions, "partition")}, ${counted(steps, "step")}`;
  switch (verdict.kind) {
    case "legal":
      return `linearizable: ${size}`;
    case "illegal":
      return [`not linearizable: ${size}`, ...counterexampleLines(verdict.counterexample)].join(
        "\n",
      );
    case "unknown":
      return `not judged, as ${verdict.exhausted} was reached: ${size}; undecided: ${verdict.undecided.join(", ")}`;
  }
}

function counterexampleLines(found: Counterexample): readonly string[] {
  const { order, impossible, refusedIn, others } = found;
  const shown = order.slice(-ORDER_LINES);
  const hidden = order.length - shown.length;
  const before = hidden === 0 ? found.initialState : (order[hidden - 1]?.state ?? "");
  const where = found.partition === "" ? "" : ` of ${JSON.stringify(found.partition)}`;
  const all = [...shown, impossible, ...others];
  const row = rowFor(all);
  return [
    `The ${found.operations} operations${where} can be put in order up to time ${timeText(impossible.returned ?? 0)}, as here:`,
    `  ${hidden === 0 ? "at first" : `after ${hidden} others`}: ${before}`,
    ...shown.map((operation) => `  ${row(operation)}  ⇒ ${operation.state}`),
    "but then, whatever the order, this cannot have answered so:",
    `  ${row(impossible)}`,
    `  refused in ${refusedIn.join(" | ")}`,
    ...(others.length === 0 ? [] : ["with these called before it returned, and not in the order:"]),
    ...others.slice(0, OTHER_LINES).map((operation) => `  ${row(operation)}`),
    ...(others.length > OTHER_LINES ? [`  and ${others.length - OTHER_LINES} more`] : []),
  ];
}

/** Columns as wide as the widest in them. */
function rowFor(all: readonly ToldOperation[]): (operation: ToldOperation) => string {
  const times = Math.max(...all.map((operation) => span(operation).length));
  const clients = Math.max(...all.map(({ client }) => String(client).length));
  return (operation) =>
    `${span(operation).padEnd(times)}  client ${String(operation.client).padEnd(clients)}  ${operation.text}`;
}

function span({ called, returned }: ToldOperation): string {
  return `${timeText(called)} – ${timeText(returned)}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

import {
  type Candidate,
  clusterInWords,
  inWords,
  machinesOf,
  type RunResult,
  type Shrunk,
} from "@holdfast/sim";
import type { Terminal } from "../terminal.ts";

const LINE_EVERY_MS = 10_000;
const DECISIONS_TOLD = 60;

/** One line that is written anew, or, where nobody watches, one now and then. */
export class ShrinkProgress {
  readonly #terminal: Terminal;
  readonly #before: string;
  #told = performance.now();

  constructor(terminal: Terminal, from: Candidate, run: RunResult) {
    this.#terminal = terminal;
    this.#before = run.violation?.invariant ?? "";
    this.told(1, from, 0);
  }

  told(runs: number, smallest: Candidate, seconds: number): void {
    const { out, isInteractive } = this.#terminal;
    const { plan, script } = smallest;
    const size = `${machinesOf(plan)} nodes, ${script.decisions.length} decisions`;
    const line = `shrinking ${this.#before}: ${runs} runs, ${seconds.toFixed(0)} s, down to ${size}`;
    if (isInteractive) out.write(`\r\u001b[K${line}`);
    else if (performance.now() - this.#told >= LINE_EVERY_MS) {
      this.#told = performance.now();
      out.write(`${line}\n`);
    }
  }

  clear(): void {
    if (this.#terminal.isInteractive) this.#terminal.out.write("\r\u001b[K");
  }
}

export interface ShrunkParts {
  readonly candidate: Candidate;
  readonly run: RunResult;
  readonly shrunk: Shrunk;
  readonly seconds: number;
  readonly replay: string;
}

/** What is left, how small it is, and how to have it again. */
export function shrunkInWords(parts: ShrunkParts): readonly string[] {
  const { candidate, run, shrunk, seconds, replay } = parts;
  const { smallest, violation } = shrunk;
  const row = (name: string, before: number, after: number, unit = ""): string =>
    `  ${name.padEnd(10)} ${before.toFixed(0).padStart(7)} → ${after.toFixed(0)}${unit}`;
  const kinds = ` (${clusterInWords(smallest.plan)})`;
  return [
    `shrunk in ${shrunk.runs} runs, ${seconds.toFixed(1)} s${endedInWords(shrunk.endedBy)}`,
    row("nodes", machinesOf(candidate.plan), machinesOf(smallest.plan), kinds),
    row("operations", operations(candidate), operations(smallest)),
    row("faults", faults(candidate), faults(smallest)),
    row("storm", candidate.plan.stormMs, smallest.plan.stormMs, " ms"),
    row("length", run.virtualMs, shrunk.run.virtualMs, " ms"),
    row("events", run.events, shrunk.run.events),
    "what it takes:",
    ...decisionsInWords(smallest),
    "what is broken:",
    `  ${violation.message}`,
    `replay:  ${replay}`,
  ];
}

function endedInWords(endedBy: Shrunk["endedBy"]): string {
  if (endedBy === undefined) return "";
  const option = endedBy === "runs" ? "--shrink-runs" : "--shrink-seconds";
  return `, when its ${endedBy} were over: ${option} allows more`;
}

function operations({ script }: Candidate): number {
  return script.decisions.filter(({ act }) => act.kind === "operation").length;
}

function faults({ script }: Candidate): number {
  return script.decisions.filter(({ act }) => act.kind !== "operation").length;
}

function decisionsInWords({ script }: Candidate): readonly string[] {
  const { decisions } = script;
  if (decisions.length === 0) return ["  nothing: no fault, no client"];
  const told = decisions
    .slice(0, DECISIONS_TOLD)
    .map(({ at, act }) => `  ${at.toFixed(1).padStart(9)} ms  ${inWords(act)}`);
  const more = decisions.length - told.length;
  return more > 0 ? [...told, `  and ${more} more, in the plan`] : told;
}

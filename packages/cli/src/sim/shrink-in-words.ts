import {
  type Candidate,
  clusterInWords,
  inWords,
  machinesOf,
  type RunResult,
  type Shrunk,
} from "@holdfast/sim";

const NAME_WIDTH = 15;
const DECISIONS_TOLD = 60;

/** How small a run of cores is. */
export function sizeInWords({ plan, script }: Candidate): string {
  return `${machinesOf(plan)} nodes, ${script.decisions.length} decisions`;
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
  const kinds = ` (${clusterInWords(smallest.plan)})`;
  return [
    `shrunk in ${shrunk.runs} runs, ${seconds.toFixed(1)} s${endedInWords(shrunk.endedBy)}`,
    sizeRow("nodes", machinesOf(candidate.plan), machinesOf(smallest.plan), kinds),
    sizeRow("operations", operations(candidate), operations(smallest)),
    sizeRow("faults", faults(candidate), faults(smallest)),
    sizeRow("storm", candidate.plan.stormMs, smallest.plan.stormMs, " ms"),
    sizeRow("length", run.virtualMs, shrunk.run.virtualMs, " ms"),
    sizeRow("events", run.events, shrunk.run.events),
    "what it takes:",
    ...decisionsInWords(smallest),
    "what is broken:",
    `  ${violation.message}`,
    `replay:  ${replay}`,
  ];
}

/** One line of a table: before, and after. */
export function sizeRow(name: string, before: number, after: number, unit = ""): string {
  return `  ${name.padEnd(NAME_WIDTH)} ${before.toFixed(0).padStart(7)} → ${after.toFixed(0)}${unit}`;
}

export function endedInWords(endedBy: Shrunk["endedBy"]): string {
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

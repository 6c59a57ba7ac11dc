import {
  type RecordedRun,
  SERVER_FAULT_KINDS,
  type ServerCandidate,
  type ServerPlan,
  type ServerShrunk,
  serverClusterInWords,
} from "@holdfast/sim/server-lane";
import { endedInWords, sizeRow } from "./shrink-in-words.ts";

const FAULTS_TOLD = 60;

export function planSizeInWords({ plan }: ServerCandidate): string {
  return `${plan.nodes + plan.spares} nodes, ${kindsOf(plan)} kinds of faults, storm of ${plan.stormMs} ms`;
}

export interface NodesShrunkParts {
  readonly before: RecordedRun;
  readonly shrunk: ServerShrunk;
  readonly seconds: number;
  readonly replay: string;
}

/** What is left of a run of whole nodes, how small it is, and how to have it again. */
export function nodesShrunkInWords(parts: NodesShrunkParts): readonly string[] {
  const { before, shrunk, seconds, replay } = parts;
  const { recorded: after, violation } = shrunk;
  const [old, plan] = [before.run.plan, after.run.plan];
  return [
    `shrunk in ${shrunk.runs} runs, ${seconds.toFixed(1)} s${endedInWords(shrunk.endedBy)}`,
    sizeRow(
      "nodes",
      old.nodes + old.spares,
      plan.nodes + plan.spares,
      ` (${serverClusterInWords(plan)})`,
    ),
    sizeRow("kinds of faults", kindsOf(old), kindsOf(plan)),
    sizeRow("faults", before.faults.length, after.faults.length),
    sizeRow("calls", before.calls, after.calls),
    sizeRow("storm", old.stormMs, plan.stormMs, " ms"),
    sizeRow("length", before.run.virtualMs, after.run.virtualMs, " ms"),
    sizeRow("events", before.run.events, after.run.events),
    "made simpler:",
    `  ${countedInWords(shrunk.simpler)}`,
    "what it takes:",
    ...faultsInWords(after),
    "what is broken:",
    `  ${violation.message}`,
    `replay:  ${replay}`,
  ];
}

function kindsOf({ faults }: ServerPlan): number {
  return SERVER_FAULT_KINDS.filter((kind) => faults[kind] !== undefined).length;
}

function faultsInWords({ faults, calls }: RecordedRun): readonly string[] {
  const told = faults
    .slice(0, FAULTS_TOLD)
    .map(({ at, text }) => `  ${at.toFixed(1).padStart(9)} ms  ${text}`);
  const more = faults.length - told.length;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  const none =
    faults.length === 0 ? [`  no fault, ${calls === 1 ? "one call" : `${calls} calls`}`] : [];
  return [...told, ...rest, ...none];
}

/** Each once, in the order of their first times. */
function countedInWords(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const words = [...counts].map(([name, count]) =>
    count === 1 ? name : `${name} (${count} times)`,
  );
  return words.length === 0 ? "nothing" : words.join("; ");
}

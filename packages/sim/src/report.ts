import type { Millis } from "@holdfast/base";
import { FEATURES } from "./features.ts";
import { situationsOf } from "./marks.ts";
import { type RunResult, STORM_MS_DEFAULT } from "./run-seed.ts";

/** What many runs came to, as plain data that processes can send each other. */
export interface RunFigures {
  runs: number;
  events: number;
  virtualMs: Millis;
  elections: number;
  committed: number;
  violations: number;
  /** In how many runs each situation came about. */
  marks: Record<string, number>;
}

export function noFigures(): RunFigures {
  return {
    runs: 0,
    events: 0,
    virtualMs: 0,
    elections: 0,
    committed: 0,
    violations: 0,
    marks: {},
  };
}

/** Adds one run to the figures. */
export function countRun(figures: RunFigures, run: RunResult): void {
  figures.runs++;
  figures.events += run.events;
  figures.virtualMs += run.virtualMs;
  figures.elections += run.elections;
  figures.committed += run.committed;
  if (run.violation !== undefined) figures.violations++;
  for (const situation of run.marks.keys()) {
    figures.marks[situation] = (figures.marks[situation] ?? 0) + 1;
  }
}

/** Adds what another process has counted. */
export function addFigures(figures: RunFigures, more: RunFigures): void {
  figures.runs += more.runs;
  figures.events += more.events;
  figures.virtualMs += more.virtualMs;
  figures.elections += more.elections;
  figures.committed += more.committed;
  figures.violations += more.violations;
  for (const [situation, runs] of Object.entries(more.marks)) {
    figures.marks[situation] = (figures.marks[situation] ?? 0) + runs;
  }
}

/** Situations that no run came into. */
export function missedSituations({ marks }: RunFigures): readonly string[] {
  return situationsOf(FEATURES).filter((situation) => marks[situation] === undefined);
}

/** One line, the last that a command prints. */
export function summaryLine(figures: RunFigures, seconds: number): string {
  const { runs, events, violations, virtualMs, marks } = figures;
  const known = situationsOf(FEATURES);
  const reached = known.filter((situation) => marks[situation] !== undefined).length;
  return [
    `${violations === 0 ? "ok" : "FAILED"}: ${count(runs, "seed")}`,
    count(events, "event"),
    `${grouped(seconds > 0 ? Math.round(events / seconds) : 0)} events/s`,
    `${(virtualMs / 3_600_000).toFixed(2)} simulated hours`,
    count(figures.elections, "election"),
    count(figures.committed, "committed entry", "committed entries"),
    count(violations, "violation"),
    `marks ${reached}/${known.length}`,
  ].join(", ");
}

const EVENTS_SHOWN = 60;

/** The command that runs a seed again. */
export function replayOf({ seed, plan }: RunResult): string {
  const storm = plan.stormMs === STORM_MS_DEFAULT ? "" : ` --storm ${plan.stormMs}`;
  return `npx --no holdfast sim --seed ${seed}${storm}`;
}

/** Everything that somebody needs to understand a violation and to see it again. */
export function violationReport(run: RunResult, replay: string = replayOf(run)): string {
  const { violation, seed, plan, events, virtualMs } = run;
  if (violation === undefined) return "";
  return [
    `violation at seed ${seed}, event ${events}, ${virtualMs.toFixed(2)} ms`,
    `  ${violation.message}`,
    `last events:`,
    ...violation.events.slice(-EVENTS_SHOWN).map((line) => `  ${line}`),
    `options: ${JSON.stringify(plan)}`,
    ...(violation.stack === undefined ? [] : [violation.stack]),
    `replay:  ${replay} --verbose`,
    "",
  ].join("\n");
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

function grouped(number: number): string {
  return number.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

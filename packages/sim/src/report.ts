import type { Millis } from "@holdfast/base";
import { FEATURES } from "./features.ts";
import type { FoundViolation } from "./found-violation.ts";
import { type Lane, stormOfLane } from "./lane.ts";
import { situationsOf } from "./marks.ts";
import { SERVER_SITUATIONS } from "./server-lane/server-marks.ts";

/** What is counted and told of a run, of either lane. */
export interface LaneRun {
  readonly lane: Lane;
  readonly seed: number;
  /** Everything that the seed drew, as plain data. */
  readonly plan: { readonly stormMs: Millis };
  readonly events: number;
  readonly virtualMs: Millis;
  readonly elections: number;
  readonly committed: number;
  readonly marks: ReadonlyMap<string, number>;
  readonly violation: FoundViolation | undefined;
}

/** What many runs came to, as plain data that processes can send each other. */
export interface RunFigures {
  /** Of cores alone, and of whole nodes. */
  runs: Record<Lane, number>;
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
    runs: { core: 0, server: 0 },
    events: 0,
    virtualMs: 0,
    elections: 0,
    committed: 0,
    violations: 0,
    marks: {},
  };
}

/** Adds one run to the figures. */
export function countRun(figures: RunFigures, run: LaneRun): void {
  figures.runs[run.lane]++;
  figures.events += run.events;
  figures.virtualMs += run.virtualMs;
  figures.elections += run.elections;
  figures.committed += run.committed;
  if (run.violation !== undefined) figures.violations++;
  for (const mark of run.marks.keys()) {
    const situation = markOf(run.lane, mark);
    figures.marks[situation] = (figures.marks[situation] ?? 0) + 1;
  }
}

/** Adds what another process has counted. */
export function addFigures(figures: RunFigures, more: RunFigures): void {
  figures.runs.core += more.runs.core;
  figures.runs.server += more.runs.server;
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
export function missedSituations(figures: RunFigures): readonly string[] {
  return knownSituations(figures).filter((situation) => figures.marks[situation] === undefined);
}

/** Of the lanes that ran. */
function knownSituations({ runs }: RunFigures): readonly string[] {
  return [
    ...(runs.core > 0 ? situationsOf(FEATURES) : []),
    ...(runs.server > 0 ? SERVER_SITUATIONS.map((mark) => markOf("server", mark)) : []),
  ];
}

/** Lanes come into situations of the same name by ways of their own. */
function markOf(lane: Lane, situation: string): string {
  return lane === "core" ? situation : `whole nodes: ${situation}`;
}

/** One line, the last that a command prints. */
export function summaryLine(figures: RunFigures, seconds: number): string {
  const { runs, events, violations, virtualMs, marks } = figures;
  const known = knownSituations(figures);
  const reached = known.filter((situation) => marks[situation] !== undefined).length;
  const perSecond = (all: number): number => (seconds > 0 ? Math.round(all / seconds) : 0);
  return [
    `${violations === 0 ? "ok" : "FAILED"}: ${seedsOf(runs)}`,
    count(events, "event"),
    `${grouped(perSecond(events))} events/s`,
    `${(virtualMs / 3_600_000).toFixed(2)} simulated hours`,
    `${grouped(perSecond(virtualMs / 1000))} simulated s/s`,
    count(figures.elections, "election"),
    count(figures.committed, "committed entry", "committed entries"),
    count(violations, "violation"),
    `marks ${reached}/${known.length}`,
  ].join(", ");
}

const EVENTS_SHOWN = 60;

/** The command that runs a seed again. */
export function replayOf({ lane, seed, plan }: LaneRun): string {
  const where = lane === "core" ? "" : ` --lane ${lane}`;
  const storm = plan.stormMs === stormOfLane(lane) ? "" : ` --storm ${plan.stormMs}`;
  return `npx --no holdfast sim --seed ${seed}${where}${storm}`;
}

/** Everything that somebody needs to understand a violation and to see it again. */
export function violationReport(run: LaneRun, replay: string = replayOf(run)): string {
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

function seedsOf({ core, server }: RunFigures["runs"]): string {
  if (server === 0) return count(core, "seed");
  const ofNodes = `${count(server, "seed")} of whole nodes`;
  return core === 0 ? ofNodes : `${count(core, "seed")} of cores, ${ofNodes}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

function grouped(number: number): string {
  return number.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

import { readFileSync, writeFileSync } from "node:fs";
import { messageOf } from "@holdfast/base";
import {
  type Candidate,
  clusterInWords,
  inWords,
  PlanFileError,
  parsePlanFile,
  planFile,
  type RunResult,
  recordSeed,
  replayOf,
  reportPage,
  runCandidate,
  SHRINK_RUNS_MAX,
  type Shrunk,
  Storyteller,
  shrinkRun,
  type TimedText,
  violationReport,
} from "@holdfast/sim";
import { EXIT } from "../exit-codes.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { ShrinkProgress, shrunkInWords } from "./shrink-in-words.ts";

/** One run to look at closely: of a seed or of a plan, by the product's own core or by a mutant. */
export interface Examination {
  readonly seed: number | undefined;
  readonly stormMs: number | undefined;
  /** A file that `--shrink` has written. */
  readonly plan: string | undefined;
  readonly mutant: string | undefined;
  /** Where the smaller run goes; `undefined`: it is not made smaller. */
  readonly shrink: string | undefined;
  readonly runsMax: number | undefined;
  readonly secondsMax: number | undefined;
  readonly report: string | undefined;
  readonly verbose: boolean;
}

export const SHRINK_SECONDS_MAX = 120;

interface Examined {
  readonly candidate: Candidate;
  readonly run: RunResult;
  /** Runs it again. */
  readonly replay: string;
  /** Whether it is told decision by decision. */
  readonly isScripted: boolean;
}

/** Runs it, makes it smaller and draws it, as asked. */
export async function examineSeed(terminal: Terminal, order: Examination): Promise<number> {
  const listener = order.verbose ? (line: string) => terminal.out.write(`${line}\n`) : undefined;
  const first = begin(order, listener);
  await tell(terminal, first);
  const broken = first.run.violation !== undefined;
  if (order.shrink !== undefined && !broken) {
    throw new UsageError(`nothing to shrink: ${nameOf(order, first)} breaks no promise`);
  }
  const last = order.shrink === undefined ? first : await shrink(terminal, order, first);
  if (order.report !== undefined) await draw(terminal, order, last, first);
  return broken ? EXIT.usage : EXIT.ok;
}

function begin(order: Examination, listener: ((line: string) => void) | undefined): Examined {
  const mutant = order.mutant === undefined ? "" : ` --mutant ${order.mutant}`;
  if (order.plan !== undefined) {
    const candidate = readPlan(order.plan);
    const run = runCandidate(candidate, { checksHistory: true, listener });
    const replay = `npx --no holdfast sim --plan ${order.plan}${mutant}`;
    return { candidate, run, replay, isScripted: true };
  }
  const seed = order.seed ?? 0;
  const { stormMs } = order;
  const { run, candidate } = recordSeed({ seed, stormMs, checksHistory: true, listener });
  return { candidate, run, replay: `${replayOf(run)}${mutant}`, isScripted: false };
}

function readPlan(path: string): Candidate {
  try {
    return parsePlanFile(readFileSync(path, "utf8"));
  } catch (failure) {
    if (failure instanceof PlanFileError) throw new UsageError(`${path}: ${failure.message}`);
    throw new UsageError(`cannot read the plan: ${messageOf(failure)}`);
  }
}

async function tell({ out }: Terminal, { run, replay }: Examined): Promise<void> {
  const { violation, events, virtualMs, hash } = run;
  if (violation !== undefined) return write(out, `${violationReport(run, replay)}\n`);
  const seconds = (virtualMs / 1000).toFixed(1);
  await write(
    out,
    `ok: no promise broken in ${events} events, ${seconds} s virtual, trace ${hash}\n`,
  );
}

function nameOf({ mutant, plan }: Examination, { run }: Examined): string {
  const by = mutant === undefined ? "" : `, mutant ${mutant}`;
  return plan === undefined ? `seed ${run.seed}${by}` : `the run of ${plan}${by}`;
}

async function shrink(terminal: Terminal, order: Examination, from: Examined): Promise<Examined> {
  const path = order.shrink ?? "";
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const { runsMax = SHRINK_RUNS_MAX, secondsMax = SHRINK_SECONDS_MAX } = order;
  const progress = new ShrinkProgress(terminal, from.candidate, from.run);
  const shrunk: Shrunk = shrinkRun(from.candidate, {
    runsMax,
    isOver: () => seconds() >= secondsMax,
    progress: (runs, smallest) => progress.told(runs, smallest, seconds()),
  });
  progress.clear();
  writeOut(path, planFile(shrunk.smallest));
  const mutant = order.mutant === undefined ? "" : ` --mutant ${order.mutant}`;
  const replay = `npx --no holdfast sim --plan ${path}${mutant}`;
  const lines = shrunkInWords({ ...from, shrunk, seconds: seconds(), replay });
  await write(terminal.out, `${lines.join("\n")}\n`);
  return { candidate: shrunk.smallest, run: shrunk.run, replay, isScripted: true };
}

async function draw(
  terminal: Terminal,
  order: Examination,
  examined: Examined,
  first: Examined,
): Promise<void> {
  const { candidate, replay, isScripted } = examined;
  const teller = new Storyteller();
  const run = runCandidate(candidate, { checksHistory: true, observer: teller });
  const form = examined === first ? "" : ", made smaller";
  const page = reportPage({
    run,
    story: teller.story(run.virtualMs),
    title: `${nameOf(order, first)}${form}`,
    replay,
    cluster: clusterInWords(run.plan),
    decisions: isScripted ? decisionsInWords(candidate) : undefined,
  });
  const path = order.report ?? "";
  writeOut(path, page);
  await write(terminal.out, `drawn: ${path}, ${Math.ceil(page.length / 1024)} KiB\n`);
}

function decisionsInWords({ script }: Candidate): readonly TimedText[] {
  return script.decisions.map(({ at, act }) => ({ at, text: inWords(act) }));
}

function writeOut(path: string, content: string): void {
  try {
    writeFileSync(path, content);
  } catch (failure) {
    throw new UsageError(messageOf(failure));
  }
}

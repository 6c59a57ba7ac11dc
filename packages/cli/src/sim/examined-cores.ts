import {
  type Candidate,
  clusterInWords,
  inWords,
  parsePlanFile,
  planFile,
  type RunResult,
  recordSeed,
  replayOf,
  reportPage,
  runCandidate,
  SHRINK_RUNS_MAX,
  Storyteller,
  shrinkRun,
  type TimedText,
} from "@holdfast/sim";
import { type Terminal, write } from "../terminal.ts";
import {
  type Examination,
  type Examined,
  mutantOption,
  readPlan,
  replayOfPlan,
  SHRINK_SECONDS_MAX,
  stopwatch,
  writeOut,
} from "./examination.ts";
import { shrunkInWords, sizeInWords } from "./shrink-in-words.ts";
import { ShrinkProgress } from "./shrink-progress.ts";

interface ExaminedParts {
  readonly order: Examination;
  readonly candidate: Candidate;
  readonly run: RunResult;
  readonly replay: string;
  /** Whether it is told decision by decision. */
  readonly isScripted: boolean;
}

/** A run of cores. */
export class ExaminedCores implements Examined {
  readonly run: RunResult;
  readonly replay: string;
  readonly #parts: ExaminedParts;

  static begin(order: Examination, listener: ((line: string) => void) | undefined): ExaminedCores {
    if (order.plan !== undefined) {
      const candidate = readPlan(order.plan, parsePlanFile);
      const run = runCandidate(candidate, { checksHistory: true, listener });
      const replay = replayOfPlan(order, order.plan);
      return new ExaminedCores({ order, candidate, run, replay, isScripted: true });
    }
    const { seed = 0, stormMs } = order;
    const { run, candidate } = recordSeed({ seed, stormMs, checksHistory: true, listener });
    const replay = `${replayOf(run)}${mutantOption(order)}`;
    return new ExaminedCores({ order, candidate, run, replay, isScripted: false });
  }

  private constructor(parts: ExaminedParts) {
    this.#parts = parts;
    this.run = parts.run;
    this.replay = parts.replay;
  }

  async shrink(terminal: Terminal, file: string): Promise<ExaminedCores> {
    const { order, candidate, run } = this.#parts;
    const seconds = stopwatch();
    const { runsMax = SHRINK_RUNS_MAX, secondsMax = SHRINK_SECONDS_MAX } = order;
    const progress = new ShrinkProgress(terminal, run.violation?.invariant ?? "");
    progress.told(1, sizeInWords(candidate), 0);
    const shrunk = shrinkRun(candidate, {
      runsMax,
      isOver: () => seconds() >= secondsMax,
      progress: (runs, smallest) => progress.told(runs, sizeInWords(smallest), seconds()),
    });
    progress.clear();
    writeOut(file, planFile(shrunk.smallest));
    const replay = replayOfPlan(order, file);
    const lines = shrunkInWords({ candidate, run, shrunk, seconds: seconds(), replay });
    await write(terminal.out, `${lines.join("\n")}\n`);
    const smaller = { candidate: shrunk.smallest, run: shrunk.run, replay };
    return new ExaminedCores({ order, ...smaller, isScripted: true });
  }

  page(title: string): Promise<string> {
    const { candidate, replay, isScripted } = this.#parts;
    const teller = new Storyteller();
    const run = runCandidate(candidate, { checksHistory: true, observer: teller });
    const page = reportPage({
      run,
      story: teller.story(run.virtualMs),
      cluster: clusterInWords(run.plan),
      title,
      replay,
      decisions: isScripted ? decisionsInWords(candidate) : undefined,
    });
    return Promise.resolve(page);
  }
}

function decisionsInWords({ script }: Candidate): readonly TimedText[] {
  return script.decisions.map(({ at, act }) => ({ at, text: inWords(act) }));
}

import { MUTANTS, replayOf, reportPage, SHRINK_RUNS_MAX } from "@holdfast/sim";
import {
  focused,
  parseServerPlanFile,
  type RecordedRun,
  recordServerRun,
  runServerSeed,
  type ServerCandidate,
  type ServerPlan,
  type ServerRunResult,
  ServerStoryteller,
  type Settle,
  serverClusterInWords,
  serverPlanFile,
  settling,
  shrinkServerRun,
} from "@holdfast/sim/server-lane";
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
import { nodesShrunkInWords, planSizeInWords } from "./nodes-shrink-in-words.ts";
import { ShrinkProgress } from "./shrink-progress.ts";

interface ExaminedParts {
  readonly order: Examination;
  readonly recorded: RecordedRun;
  readonly replay: string;
  /** Whether it is told fault by fault. */
  readonly isSmaller: boolean;
}

/** A run of whole nodes. */
export class ExaminedNodes implements Examined {
  readonly run: ServerRunResult;
  readonly replay: string;
  readonly #parts: ExaminedParts;

  static async begin(
    order: Examination,
    listener: ((line: string) => void) | undefined,
  ): Promise<ExaminedNodes> {
    const { seed = 0, stormMs, plan } = order;
    const settle = settled();
    if (plan !== undefined) {
      const candidate = readPlan(plan, parseServerPlanFile);
      const recorded = await recordServerRun({ ...candidate, settle, listener });
      return new ExaminedNodes({
        order,
        recorded,
        replay: replayOfPlan(order, plan),
        isSmaller: true,
      });
    }
    const focus = MUTANTS.find(({ name }) => name === order.mutant)?.focus;
    const adjust = focus && ((drawn: ServerPlan) => focused(drawn, focus));
    const recorded = await recordServerRun({ seed, stormMs, settle, listener, adjust });
    const replay = `${replayOf(recorded.run)}${mutantOption(order)}`;
    return new ExaminedNodes({ order, recorded, replay, isSmaller: false });
  }

  private constructor(parts: ExaminedParts) {
    this.#parts = parts;
    this.run = parts.recorded.run;
    this.replay = parts.replay;
  }

  get #candidate(): ServerCandidate {
    const { seed, plan } = this.run;
    return { seed, plan };
  }

  async shrink(terminal: Terminal, file: string): Promise<ExaminedNodes> {
    const { order, recorded } = this.#parts;
    const seconds = stopwatch();
    const { runsMax = SHRINK_RUNS_MAX, secondsMax = SHRINK_SECONDS_MAX } = order;
    const progress = new ShrinkProgress(terminal, this.run.violation?.invariant ?? "");
    progress.told(1, planSizeInWords(this.#candidate), 0);
    const shrunk = await shrinkServerRun(this.#candidate, {
      settle: settled(),
      runsMax,
      isOver: () => seconds() >= secondsMax,
      progress: (runs, smallest) => progress.told(runs, planSizeInWords(smallest), seconds()),
    });
    progress.clear();
    writeOut(file, serverPlanFile(shrunk.smallest));
    const replay = replayOfPlan(order, file);
    const lines = nodesShrunkInWords({ before: recorded, shrunk, seconds: seconds(), replay });
    await write(terminal.out, `${lines.join("\n")}\n`);
    return new ExaminedNodes({ order, recorded: shrunk.recorded, replay, isSmaller: true });
  }

  async page(title: string): Promise<string> {
    const { recorded, replay, isSmaller } = this.#parts;
    const { seed, plan } = this.#candidate;
    const observer = new ServerStoryteller();
    const run = await runServerSeed({ seed, adjust: () => plan, settle: settled(), observer });
    return reportPage({
      run,
      story: observer.story(run.virtualMs),
      cluster: serverClusterInWords(plan),
      title,
      replay,
      decisions: isSmaller ? recorded.faults : undefined,
    });
  }
}

function settled(): Settle {
  return settling({ tick: process.nextTick, turn: setImmediate });
}

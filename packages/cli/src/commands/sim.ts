import { availableParallelism } from "node:os";
import {
  addFigures,
  missedSituations,
  noFigures,
  type RunFigures,
  summaryLine,
} from "@holdfast/sim";
import { EXIT } from "../exit-codes.ts";
import { wholeNumber } from "../global-options.ts";
import { JOBS_MAX, jobsOf } from "../sim/jobs.ts";
import { type LaneChoice, laneChoiceOf } from "../sim/lanes.ts";
import { runSeeds } from "../sim/run-seeds.ts";
import { type GivenSeeds, type SeedPlan, seedPlanOf } from "../sim/seed-plan.ts";
import { stormOf } from "../sim/storm.ts";
import { untilStopped } from "../sim/until-stopped.ts";
import { runWorkers, tellParent, type WorkerMessage } from "../sim/worker-processes.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface SimOptions extends GivenSeeds {
  readonly jobs?: string | undefined;
  readonly lane?: string | undefined;
  readonly storm?: string | undefined;
  readonly verbose?: boolean | undefined;
  /** Among the worker processes of one command, every so many seeds are this one's. */
  readonly workerStride?: string | undefined;
}

/** Violations that are told whole; of the rest only the number. */
const TOLD_MAX = 5;
const LINE_EVERY_MS = 10_000;

/** Runs whole clusters in virtual time under faults and says whether any promise was broken. */
export async function sim(terminal: Terminal, options: SimOptions): Promise<number> {
  const plan = seedPlanOf(options, freshSeed());
  if (options.workerStride !== undefined) return work(plan, options);
  const isOne = plan.first === plan.last;
  if (options.verbose === true && !isOne) throw new UsageError("--verbose is for one --seed");
  const usual = options.minutes === undefined ? 1 : availableParallelism();
  const jobs = isOne ? 1 : jobsOf(options.jobs, usual);
  const watch = await Watch.begin(terminal, plan);
  await untilStopped((signal) =>
    jobs === 1
      ? runHere(terminal, plan, options, { watch, signal })
      : runThere(plan, options, { watch, signal, jobs }),
  );
  return watch.end();
}

interface Watched {
  readonly watch: Watch;
  readonly signal: AbortSignal;
}

function runHere(
  terminal: Terminal,
  plan: SeedPlan,
  options: SimOptions,
  { watch, signal }: Watched,
): Promise<void> {
  const verbose = options.verbose === true;
  return runSeeds({
    ...plan,
    stride: 1,
    lane: laneChoice(options),
    stormMs: stormOf(options.storm),
    listener: verbose ? (line) => terminal.out.write(`${line}\n`) : undefined,
    report: (figures) => watch.told({ kind: "figures", figures }),
    violation: (text) => watch.told({ kind: "violation", text }),
    isStopped: () => signal.aborted,
  });
}

function runThere(
  plan: SeedPlan,
  options: SimOptions,
  { watch, signal, jobs }: Watched & { readonly jobs: number },
): Promise<void> {
  const lane = ["--lane", laneChoice(options)];
  const storm = options.storm === undefined ? [] : ["--storm", options.storm];
  const minutes = Number.isFinite(plan.forMs) ? ["--minutes", `${plan.forMs / 60_000}`] : [];
  return runWorkers({
    jobs,
    signal,
    told: (message) => watch.told(message),
    argumentsOf: (worker) => {
      const first = plan.first + worker;
      const seeds = Number.isFinite(plan.last)
        ? ["--seeds", `${first}..${Math.max(first, plan.last)}`]
        : ["--seed", `${first}`];
      return ["sim", ...seeds, ...minutes, ...lane, ...storm, "--worker-stride", `${jobs}`];
    },
  });
}

/** The part of one worker process. */
async function work(plan: SeedPlan, options: SimOptions): Promise<number> {
  process.once("disconnect", () => process.exit());
  await runSeeds({
    ...plan,
    stride: wholeNumber("--worker-stride", options.workerStride ?? "", 1, JOBS_MAX),
    lane: laneChoice(options),
    stormMs: stormOf(options.storm),
    listener: undefined,
    report: (figures) => tellParent({ kind: "figures", figures }),
    violation: (text) => tellParent({ kind: "violation", text }),
    isStopped: () => false,
  });
  process.disconnect?.();
  return EXIT.ok;
}

/** Adds up what is found, and tells it while it goes on. */
class Watch {
  readonly #terminal: Terminal;
  readonly #began = performance.now();
  readonly #total: RunFigures = noFigures();
  #told = 0;
  #violations = 0;
  #lineAt = 0;

  static async begin(terminal: Terminal, { first, last }: SeedPlan): Promise<Watch> {
    const to = Number.isFinite(last) ? ` to ${last}` : " on";
    if (first !== last) await write(terminal.out, `seeds from ${first}${to}\n`);
    return new Watch(terminal);
  }

  private constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  told(message: WorkerMessage): void {
    if (message.kind === "figures") {
      addFigures(this.#total, message.figures);
      this.#showProgress();
      return;
    }
    this.#violations++;
    if (this.#told >= TOLD_MAX) return;
    this.#told++;
    this.#clearLine();
    this.#terminal.out.write(`${message.text}\n`);
  }

  async end(): Promise<number> {
    this.#clearLine();
    const missed = missedSituations(this.#total);
    const untold = this.#violations - this.#told;
    const lines = [
      ...(untold > 0 ? [`and ${untold} violations more`] : []),
      ...(missed.length > 0 && this.#runs > 1 ? [`never reached: ${missed.join("; ")}`] : []),
      this.#summary(),
    ];
    await write(this.#terminal.out, `${lines.join("\n")}\n`);
    return this.#violations === 0 && this.#runs > 0 ? EXIT.ok : EXIT.usage;
  }

  get #runs(): number {
    return this.#total.runs.core + this.#total.runs.server;
  }

  #summary(): string {
    return summaryLine(this.#total, (performance.now() - this.#began) / 1000);
  }

  #showProgress(): void {
    const { out, isInteractive } = this.#terminal;
    if (isInteractive) {
      out.write(`\r\u001b[K${this.#summary().slice(0, 150)}`);
      return;
    }
    const now = performance.now();
    if (now - this.#began < LINE_EVERY_MS || now - this.#lineAt < LINE_EVERY_MS) return;
    this.#lineAt = now;
    out.write(`${this.#summary()}\n`);
  }

  #clearLine(): void {
    if (this.#terminal.isInteractive) this.#terminal.out.write("\r\u001b[K");
  }
}

function laneChoice({ lane, seed, seeds }: SimOptions): LaneChoice {
  return laneChoiceOf(lane, seed !== undefined || seeds !== undefined);
}

/** Other seeds than last time; they are told, so that a run can be had again. */
function freshSeed(): number {
  return Math.floor(Date.now() / 1000) * 1000;
}

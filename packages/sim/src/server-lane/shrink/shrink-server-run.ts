import type { FoundViolation } from "../../found-violation.ts";
import { SHRINK_RUNS_MAX } from "../../shrink/shrink-run.ts";
import { runServerSeed, type ServerRunSettings } from "../run-server-seed.ts";
import { type RecordedRun, RunRecorder } from "./recorded-run.ts";
import type { ServerCandidate } from "./server-candidate.ts";
import { SIMPLIFICATIONS } from "./simplifications.ts";

export interface ServerShrinkSettings extends Pick<ServerRunSettings, "settle"> {
  /**
   * Runs that are tried at most.
   *
   * @default 3000
   */
  readonly runsMax?: number | undefined;
  /** Whether there is no time left. */
  readonly isOver?: (() => boolean) | undefined;
  /** Told after every run. */
  readonly progress?: ((runs: number, smallest: ServerCandidate) => void) | undefined;
}

export interface ServerShrunk {
  readonly smallest: ServerCandidate;
  /** The run of it. */
  readonly recorded: RecordedRun;
  readonly violation: FoundViolation;
  readonly runs: number;
  /** Names of what was made simpler, in that order, some more than once. */
  readonly simpler: readonly string[];
  /** What ended it before nothing more could be made simpler. */
  readonly endedBy: "runs" | "time" | undefined;
}

/** How many other courses of chance are tried with each plan, in each round; then it has to do. */
const OTHER_CHANCES = [1, 3, 10] as const;

/** The run of a candidate, or of a seed with the plan that it draws, and what came about in it. */
export async function recordServerRun({
  plan,
  adjust = plan && (() => plan),
  ...settings
}: Partial<ServerCandidate> & Omit<ServerRunSettings, "observer">): Promise<RecordedRun> {
  const recorder = new RunRecorder();
  return recorder.recorded(await runServerSeed({ ...settings, adjust, observer: recorder }));
}

/**
 * Makes a run of whole nodes that breaks a promise smaller, as long as it breaks the same one: such a run follows from its
 * plan and its seed, so it is the plan that is made simpler, one thing after the other, and never takes more
 * events than the first run. The same candidate and
 * settings always lead to the same end, unless time ends it.
 */
export async function shrinkServerRun(
  from: ServerCandidate,
  settings: ServerShrinkSettings,
): Promise<ServerShrunk> {
  const first = await recordServerRun({ ...from, settle: settings.settle });
  const { violation } = first.run;
  if (violation === undefined) {
    throw new Error(`nothing to shrink: seed ${from.seed} breaks no promise`);
  }
  return new Shrinking({ from, first, violation, settings }).run();
}

interface ShrinkingParts {
  readonly from: ServerCandidate;
  readonly first: RecordedRun;
  readonly violation: FoundViolation;
  readonly settings: ServerShrinkSettings;
}

class Shrinking {
  readonly #settings: ServerShrinkSettings;
  readonly #simpler: string[] = [];
  readonly #eventsMax: number;
  #smallest: ServerCandidate;
  #last: RecordedRun;
  #violation: FoundViolation;
  #runs = 1;

  constructor({ from, first, violation, settings }: ShrinkingParts) {
    this.#settings = settings;
    this.#eventsMax = first.run.events;
    this.#smallest = from;
    this.#last = first;
    this.#violation = violation;
  }

  async run(): Promise<ServerShrunk> {
    await this.#endEarly();
    for (const chances of OTHER_CHANCES) {
      // A round that made something simpler may have made room for what came before it.
      while (await this.#simplify(chances));
      if (this.#endedBy() !== undefined) break;
    }
    return {
      smallest: this.#smallest,
      recorded: this.#last,
      violation: this.#violation,
      runs: this.#runs,
      simpler: this.#simpler,
      endedBy: this.#endedBy(),
    };
  }

  /** Tries everything once, and what helps again; answers whether anything did. */
  async #simplify(chances: number): Promise<boolean> {
    const before = this.#simpler.length;
    for (const { name, apply } of SIMPLIFICATIONS) {
      for (let plan = apply(this.#smallest.plan); plan !== undefined; ) {
        if (!(await this.#accepts({ ...this.#smallest, plan }, chances))) break;
        this.#simpler.push(name);
        await this.#endEarly();
        plan = apply(this.#smallest.plan);
      }
    }
    return this.#simpler.length > before && this.#endedBy() === undefined;
  }

  #endedBy(): "runs" | "time" | undefined {
    const { runsMax = SHRINK_RUNS_MAX, isOver } = this.#settings;
    if (this.#runs >= runsMax) return "runs";
    return isOver?.() === true ? "time" : undefined;
  }

  /** Whether it breaks the same promise; then it is the smallest from now on. */
  async #accepts(candidate: ServerCandidate, chances: number): Promise<boolean> {
    for (let other = 0; other <= chances; other++) {
      if (this.#endedBy() !== undefined) return false;
      if (await this.#fails({ ...candidate, seed: candidate.seed + other })) return true;
    }
    return false;
  }

  async #fails(candidate: ServerCandidate): Promise<boolean> {
    const { settle, progress } = this.#settings;
    // The same promise may be broken late in another way: a longer run is no smaller one.
    const eventsMax = this.#eventsMax;
    const recorded = await recordServerRun({ ...candidate, settle, eventsMax });
    this.#runs++;
    const { violation } = recorded.run;
    const isSame = violation?.invariant === this.#violation.invariant;
    if (isSame) {
      this.#smallest = candidate;
      this.#last = recorded;
      this.#violation = violation;
    }
    progress?.(this.#runs, this.#smallest);
    return isSame;
  }

  /** What comes after the violation never came about. */
  async #endEarly(): Promise<void> {
    const { run, stormFrom = run.virtualMs } = this.#last;
    const { plan } = this.#smallest;
    const stormMs = Math.max(0, Math.ceil(run.virtualMs - stormFrom));
    if (stormMs < plan.stormMs)
      await this.#accepts({ ...this.#smallest, plan: { ...plan, stormMs } }, 0);
  }
}

import { classOf, FAULT_CLASSES } from "../decisions/fault-class.ts";
import { Recorder } from "../decisions/recorder.ts";
import type { Script } from "../decisions/script.ts";
import type { FoundViolation } from "../found-violation.ts";
import { warmUpMs } from "../phases.ts";
import { type RunResult, type RunSettings, runSeed } from "../run-seed.ts";
import { type Candidate, machinesOf, withDecisions, withStorm } from "./candidate.ts";
import { closeGaps } from "./close-gaps.ts";
import { minimise } from "./minimise.ts";
import { shortenActs } from "./shorter-acts.ts";
import { simplerPlans } from "./simpler-plans.ts";
import { withoutMachine } from "./without-machine.ts";

/** Whose cores and drivers are run. */
export type Under = Pick<RunSettings, "defects" | "makeCore">;

export interface ShrinkSettings extends Under {
  /**
   * Runs that are tried at most.
   *
   * @default 3000
   */
  readonly runsMax?: number | undefined;
  /** Whether there is no time left. */
  readonly isOver?: (() => boolean) | undefined;
  /** Told after every run. */
  readonly progress?: ((runs: number, smallest: Candidate) => void) | undefined;
}

export interface Shrunk {
  readonly smallest: Candidate;
  /** The run of it. */
  readonly run: RunResult;
  readonly violation: FoundViolation;
  readonly runs: number;
  /** What ended it before nothing more could be left out. */
  readonly endedBy: "runs" | "time" | undefined;
}

export const SHRINK_RUNS_MAX = 3_000;
/** How many other courses of chance are tried where a large part is left out. */
const OTHER_CHANCES = 4;
/** With so few decisions left, single ones are worth more tries too, the more the fewer they are. */
const FEW_DECISIONS = 40;
const TRIES_FOR_FEW = 160;
const OTHER_CHANCES_MAX = 20;
const ROUNDS_MAX = 6;

/** Runs a candidate, and writes down what of it came about. */
function runRecorded(
  candidate: Candidate,
  { defects, makeCore }: Under,
  checksHistory: boolean,
): { readonly run: RunResult; readonly script: Script } {
  const observer = new Recorder();
  const run = runCandidate(candidate, { observer, defects, makeCore, checksHistory });
  return { run, script: observer.script(run.standing) };
}

/** Runs a candidate and lets somebody look on. */
export function runCandidate(
  { seed, plan, script }: Candidate,
  settings: Omit<RunSettings, "seed" | "stormMs" | "adjust" | "script">,
): RunResult {
  return runSeed({ ...settings, seed, script, adjust: () => plan });
}

/** The run of a seed as a candidate that comes to the same, and what it came to. */
export function recordSeed(settings: Omit<RunSettings, "script" | "observer">): {
  readonly run: RunResult;
  readonly candidate: Candidate;
} {
  const observer = new Recorder();
  const run = runSeed({ ...settings, observer });
  const { seed, plan, standing } = run;
  return { run, candidate: { seed, plan, script: observer.script(standing) } };
}

/**
 * Makes a run that breaks a promise smaller, as long as it breaks the same one: it leaves out kinds
 * of faults, machines, clients, then single decisions, and brings together in time what is left. The
 * same candidate and settings always lead to the same end, unless time ends it.
 */
export function shrinkRun(from: Candidate, settings: ShrinkSettings): Shrunk {
  return new Shrinking(from, settings).run();
}

class Shrinking {
  readonly #settings: ShrinkSettings;
  readonly #invariant: string;
  #smallest: Candidate;
  #last: RunResult;
  #violation: FoundViolation;
  #runs = 1;

  constructor(from: Candidate, settings: ShrinkSettings) {
    this.#settings = settings;
    const { run, script } = runRecorded(from, settings, true);
    if (run.violation === undefined) {
      throw new Error(`nothing to shrink: seed ${from.seed} breaks no promise`);
    }
    this.#invariant = run.violation.invariant;
    this.#violation = run.violation;
    this.#last = run;
    this.#smallest = { ...from, script };
  }

  run(): Shrunk {
    for (let round = 0; round < ROUNDS_MAX && this.#endedBy() === undefined; round++) {
      const before = this.#size();
      this.#endEarly();
      this.#leaveOutClasses();
      this.#simplifyPlan();
      this.#leaveOutMachines();
      this.#leaveOutClients();
      this.#leaveOutDecisions();
      shortenActs(
        () => this.#smallest,
        (candidate) => this.#accepts(candidate),
      );
      closeGaps(
        () => this.#smallest,
        (candidate) => this.#accepts(candidate, OTHER_CHANCES),
      );
      if (this.#size() === before) break;
    }
    this.#endEarly();
    return {
      smallest: this.#smallest,
      run: this.#last,
      violation: this.#violation,
      runs: this.#runs,
      endedBy: this.#endedBy(),
    };
  }

  #size(): string {
    const { plan, script } = this.#smallest;
    return `${machinesOf(plan)} ${script.decisions.length} ${Math.round(this.#last.virtualMs)}`;
  }

  #endedBy(): "runs" | "time" | undefined {
    const { runsMax = SHRINK_RUNS_MAX, isOver } = this.#settings;
    if (this.#runs >= runsMax) return "runs";
    return isOver?.() === true ? "time" : undefined;
  }

  /** Whether it breaks the same promise; then it is the smallest from now on. */
  #accepts(candidate: Candidate, chances = 0): boolean {
    for (let other = 0; other <= chances; other++) {
      if (this.#endedBy() !== undefined) return false;
      if (this.#fails({ ...candidate, seed: candidate.seed + other })) return true;
    }
    return false;
  }

  #fails(candidate: Candidate): boolean {
    const checksHistory = this.#invariant === "linearizability";
    const { run, script } = runRecorded(candidate, this.#settings, checksHistory);
    this.#runs++;
    const { violation } = run;
    const isSame = violation?.invariant === this.#invariant;
    if (isSame) {
      this.#smallest = { ...candidate, script };
      this.#last = run;
      this.#violation = violation;
    }
    this.#settings.progress?.(this.#runs, this.#smallest);
    return isSame;
  }

  /** What comes after the violation never came about. */
  #endEarly(): void {
    const { plan } = this.#smallest;
    const stormMs = Math.max(0, Math.ceil(this.#last.virtualMs - warmUpMs(plan)));
    if (stormMs < plan.stormMs) this.#accepts(withStorm(this.#smallest, stormMs));
  }

  #leaveOutClasses(): void {
    for (const one of FAULT_CLASSES) {
      const { decisions } = this.#smallest.script;
      const rest = decisions.filter(({ act }) => classOf(act) !== one);
      if (rest.length < decisions.length) {
        this.#accepts(withDecisions(this.#smallest, rest), OTHER_CHANCES);
      }
    }
  }

  #simplifyPlan(): void {
    // Each is drawn up anew, on what the ones before have left.
    for (let at = 0; at < simplerPlans(this.#smallest.plan).length; ) {
      const plan = simplerPlans(this.#smallest.plan)[at];
      if (plan === undefined || !this.#accepts({ ...this.#smallest, plan }, OTHER_CHANCES)) at++;
    }
  }

  #leaveOutMachines(): void {
    for (let machine = machinesOf(this.#smallest.plan) - 1; machine >= 0; machine--) {
      const fewer = withoutMachine(this.#smallest, machine);
      if (fewer === undefined) continue;
      const { length } = fewer.script.decisions;
      this.#accepts(fewer, Math.max(OTHER_CHANCES, chancesFor(length)));
    }
  }

  #leaveOutClients(): void {
    const names = this.#smallest.script.decisions.flatMap(({ act }) =>
      act.kind === "operation" ? [act.client] : [],
    );
    for (const name of new Set(names)) {
      const rest = this.#smallest.script.decisions.filter(
        ({ act }) => act.kind !== "operation" || act.client !== name,
      );
      this.#accepts(withDecisions(this.#smallest, rest));
    }
  }

  #leaveOutDecisions(): void {
    minimise(this.#smallest.script.decisions, (rest) => {
      return this.#accepts(withDecisions(this.#smallest, rest), chancesFor(rest.length))
        ? this.#smallest.script.decisions
        : undefined;
    });
  }
}

function chancesFor(decisions: number): number {
  if (decisions > FEW_DECISIONS) return 0;
  return Math.min(OTHER_CHANCES_MAX, Math.floor(TRIES_FOR_FEW / (decisions + 1)));
}

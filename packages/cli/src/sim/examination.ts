import { readFileSync, writeFileSync } from "node:fs";
import { messageOf } from "@holdfast/base";
import { type Lane, type LaneRun, PlanFileError } from "@holdfast/sim";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/** One run to look at closely: of a seed or of a plan, by the product's own code or by a mutant. */
export interface Examination {
  readonly lane: Lane;
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

/** A run that was looked at, of whichever lane. */
export interface Examined {
  readonly run: LaneRun & { readonly hash: string };
  /** Runs it again. */
  readonly replay: string;
  /** Makes it smaller, writes the plan of what is left to a file, and tells of it. */
  shrink(terminal: Terminal, file: string): Promise<Examined>;
  /** Draws it. */
  page(title: string): Promise<string>;
}

export const SHRINK_SECONDS_MAX = 120;

/** The command that runs a plan again, with the mistake that the examined run had. */
export function replayOfPlan(order: Examination, file: string): string {
  const lane = order.lane === "core" ? "" : ` --lane ${order.lane}`;
  return `npx --no holdfast sim --plan ${file}${lane}${mutantOption(order)}`;
}

export function mutantOption({ mutant }: Examination): string {
  return mutant === undefined ? "" : ` --mutant ${mutant}`;
}

/** Reads a plan by the parser of its lane. */
export function readPlan<Candidate>(path: string, parse: (text: string) => Candidate): Candidate {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch (failure) {
    if (failure instanceof PlanFileError) throw new UsageError(`${path}: ${failure.message}`);
    throw new UsageError(`cannot read the plan: ${messageOf(failure)}`);
  }
}

export function writeOut(path: string, content: string): void {
  try {
    writeFileSync(path, content);
  } catch (failure) {
    throw new UsageError(messageOf(failure));
  }
}

/** Time since it was asked for, s. */
export function stopwatch(): () => number {
  const began = performance.now();
  return () => (performance.now() - began) / 1000;
}

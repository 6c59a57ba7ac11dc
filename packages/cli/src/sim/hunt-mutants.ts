import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { HuntResult, Mutant } from "@holdfast/sim";
import { REPOSITORY } from "../locations.ts";

/** Loads the built core file by file, and one of them with a mistake: a bundle could not. */
const HUNT = fileURLToPath(new URL("packages/cli/dist/sim/hunt-process.js", REPOSITORY));

export interface MutantHunt {
  readonly mutants: readonly Mutant[];
  /** Hunts at a time. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  told(mutant: Mutant, result: HuntResult): void;
}

/**
 * Hunts each mutant in a process of its own; resolves when all hunts have ended.
 *
 * @throws if a hunt breaks, as it does for a mutant that fits no file any more.
 */
export async function huntMutants({ mutants, jobs, signal, told }: MutantHunt): Promise<void> {
  const left = [...mutants];
  const hunter = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      if (signal.aborted) return;
      told(next, await hunt(next, signal));
    }
  };
  await Promise.all(Array.from({ length: jobs }, hunter));
}

async function hunt(mutant: Mutant, signal: AbortSignal): Promise<HuntResult> {
  const { name } = mutant;
  const child = fork(HUNT, [JSON.stringify(mutant)], {
    signal,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let result: HuntResult | undefined;
  let complaint = "";
  child.on("message", (message) => {
    result = message as HuntResult;
  });
  child.stderr?.on("data", (text: Buffer) => {
    complaint = `${complaint}${text}`.slice(0, COMPLAINT_CHARACTERS);
  });
  await once(child, "exit");
  if (result === undefined) throw new Error(`the hunt for "${name}" broke: ${complaint}`);
  return result;
}

const COMPLAINT_CHARACTERS = 2_000;

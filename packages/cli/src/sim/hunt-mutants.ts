import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type HuntResult, type Mutant, mutated } from "@holdfast/sim";
import { REPOSITORY } from "../locations.ts";

/** Loads the built core file by file, and one of them with a mistake: a bundle could not. */
const HUNT = fileURLToPath(new URL("packages/cli/dist/sim/hunt-process.js", REPOSITORY));
const CORE = new URL("packages/raft/dist/", REPOSITORY);
const COMPLAINT_CHARACTERS = 2_000;

export interface MutantHunt {
  readonly mutants: readonly Mutant[];
  /** Hunts at a time. */
  readonly jobs: number;
  /** Aborts when no more is to be hunted. */
  readonly signal: AbortSignal;
  told(mutant: Mutant, result: HuntResult): void;
}

/** What a hunting process is given. */
export interface HuntOrder {
  readonly mutant: Mutant;
  /** The address of the file with the mistake, and what it is loaded as. */
  readonly url: string;
  readonly source: string;
}

/**
 * Hunts each mutant in a process of its own; resolves when all hunts have ended.
 *
 * @throws if a mutant fits its file no more, or a hunt breaks.
 */
export async function huntMutants({ mutants, jobs, signal, told }: MutantHunt): Promise<void> {
  const orders = mutants.map(orderFor);
  const hunter = async (): Promise<void> => {
    for (let next = orders.shift(); next !== undefined; next = orders.shift()) {
      const result = await hunt(next, signal);
      if (signal.aborted) return;
      if (result === undefined) throw new Error(`the hunt for "${next.mutant.name}" told nothing`);
      told(next.mutant, result);
    }
  };
  await Promise.all(Array.from({ length: jobs }, hunter));
}

/** The mistake, made in the file as it was built. */
export function orderFor(mutant: Mutant): HuntOrder {
  const url = new URL(mutant.file, CORE);
  return { mutant, url: url.href, source: mutated(readFileSync(url, "utf8"), mutant) };
}

/** `undefined` if it was ended. */
async function hunt(order: HuntOrder, signal: AbortSignal): Promise<HuntResult | undefined> {
  const child = fork(HUNT, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const end = (): boolean => child.kill();
  signal.addEventListener("abort", end);
  let result: HuntResult | undefined;
  let complaint = "";
  child.on("message", (message) => {
    result = message as HuntResult;
  });
  child.stderr?.on("data", (text: Buffer) => {
    complaint = `${complaint}${text}`.slice(0, COMPLAINT_CHARACTERS);
  });
  child.send(order);
  const [code] = (await once(child, "close")) as [number | null];
  signal.removeEventListener("abort", end);
  if (code !== 0 && !signal.aborted) {
    throw new Error(`the hunt for "${order.mutant.name}" broke: ${complaint}`);
  }
  return result;
}

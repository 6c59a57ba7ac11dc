import { readFileSync } from "node:fs";
import { boundsWith, type HuntResult, type Mutant, mutated } from "@holdfast/sim";
import { REPOSITORY } from "../locations.ts";
import { explore } from "./explore.ts";
import { inProcess } from "./in-process.ts";

const PACKAGES = new URL("packages/", REPOSITORY);
const SEARCH_MEMORY_MIB = 3_000;

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
      const result = await (next.mutant.explored === undefined ? hunt : search)(next, signal);
      if (signal.aborted) return;
      if (result === undefined) throw new Error(`the hunt for "${next.mutant.name}" told nothing`);
      told(next.mutant, result);
    }
  };
  await Promise.all(Array.from({ length: jobs }, hunter));
}

/** Seen by something else than it should be is not caught: then nobody knows what was seen. */
export function isCaught(mutant: Mutant, { seenBy }: HuntResult): boolean {
  return seenBy !== undefined && mutant.seenBy.includes(seenBy);
}

/** The mistake, made in the file as it was built. */
export function orderFor(mutant: Mutant): HuntOrder {
  const url = new URL(mutant.file, PACKAGES);
  return { mutant, url: url.href, source: mutated(readFileSync(url, "utf8"), mutant) };
}

/** Tries all within the mutant's bounds; `undefined` if it was ended. */
async function search({ mutant }: HuntOrder, signal: AbortSignal): Promise<HuntResult | undefined> {
  const news = await explore({
    bounds: boundsWith(mutant.explored ?? {}),
    mutant,
    memoryMib: SEARCH_MEMORY_MIB,
    signal,
    told: () => undefined,
  });
  if (news?.end === undefined) return undefined;
  const { end, figures } = news;
  const found = end.kind === "violation" ? end : undefined;
  return {
    name: mutant.name,
    seenBy: found?.invariant,
    message: found?.message,
    tries: figures.states,
  };
}

/** `undefined` if it was ended. */
function hunt(order: HuntOrder, signal: AbortSignal): Promise<HuntResult | undefined> {
  const what = `the hunt for "${order.mutant.name}"`;
  return inProcess<HuntOrder, HuntResult>({ script: "hunt-process.js", order, what, signal });
}

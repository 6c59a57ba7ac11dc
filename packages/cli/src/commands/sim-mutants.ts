import { availableParallelism } from "node:os";
import { type HuntResult, MUTANTS, type Mutant } from "@holdfast/sim";
import { EXIT } from "../exit-codes.ts";
import { huntMutants, isCaught } from "../sim/hunt-mutants.ts";
import { jobsOf } from "../sim/jobs.ts";
import { untilStopped } from "../sim/until-stopped.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface MutantOptions {
  /** A part of the names of those that are hunted; `true`: all. */
  readonly mutants: string | true;
  readonly jobs?: string | undefined;
}

/** Hunts mistakes that are made in the core on purpose, and says which of them the simulator sees. */
export async function simMutants(terminal: Terminal, options: MutantOptions): Promise<number> {
  const { mutants: part, jobs: given, ...others } = options;
  const [other] = Object.keys(others);
  if (other !== undefined) throw new UsageError(`--mutants goes with --jobs only, not --${other}`);
  const mutants = part === true ? MUTANTS : MUTANTS.filter(({ name }) => name.includes(part));
  if (mutants.length === 0) throw new UsageError(`no mutant has "${part}" in its name`);
  const jobs = jobsOf(given, availableParallelism());
  const width = Math.max(...mutants.map(({ name }) => name.length));
  const began = performance.now();
  let caught = 0;
  await untilStopped((signal) =>
    huntMutants({
      mutants,
      jobs,
      signal,
      told: (mutant, result) => {
        if (isCaught(mutant, result)) caught++;
        terminal.out.write(`${mutant.name.padEnd(width)}  ${outcome(mutant, result)}\n`);
      },
    }),
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  await write(terminal.out, `${caught} of ${mutants.length} mutants caught in ${seconds} s\n`);
  return caught === mutants.length ? EXIT.ok : EXIT.usage;
}

function outcome(mutant: Mutant, result: HuntResult): string {
  const { seenBy, message, tries } = result;
  const isExplored = mutant.explored !== undefined;
  const tried = isExplored ? `${tries.toLocaleString("en-US")} states` : `${tries} seeds`;
  if (seenBy === undefined) return `NOT CAUGHT in ${tried}`;
  const where = isExplored ? `in ${tried} of the explorer` : `seed ${tries} of ${mutant.seeds}`;
  if (!isCaught(mutant, result)) return `NOT CAUGHT as it should be, ${where}: ${message}`;
  return `caught by ${seenBy}, ${where}`;
}

import { availableParallelism } from "node:os";
import { type HuntResult, MUTANTS, type Mutant } from "@holdfast/sim";
import { EXIT } from "../exit-codes.ts";
import { wholeNumber } from "../global-options.ts";
import { table } from "../output/table.ts";
import { huntMutants } from "../sim/hunt-mutants.ts";
import { type Terminal, write } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface MutantOptions {
  /** A part of the names of those that are hunted; `true`: all. */
  readonly mutants: string | true;
  readonly jobs?: string | undefined;
}

const JOBS_MAX = 256;

/** Hunts mistakes that are made in the core on purpose, and says which of them the simulator sees. */
export async function simMutants(terminal: Terminal, options: MutantOptions): Promise<number> {
  const { mutants: part } = options;
  const mutants = part === true ? MUTANTS : MUTANTS.filter(({ name }) => name.includes(part));
  if (mutants.length === 0) throw new UsageError(`no mutant has "${part}" in its name`);
  const { jobs: given } = options;
  const jobs =
    given === undefined ? availableParallelism() : wholeNumber("--jobs", given, 1, JOBS_MAX);
  const rows = new Map<Mutant, readonly string[]>();
  let caught = 0;
  const began = performance.now();
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.once("SIGINT", abort);
  try {
    await huntMutants({
      mutants,
      jobs,
      signal: stop.signal,
      told: (mutant, result) => {
        if (isCaught(mutant, result)) caught++;
        rows.set(mutant, row(mutant, result));
        if (terminal.isInteractive)
          terminal.out.write(`\r\u001b[K${rows.size} of ${mutants.length}`);
      },
    });
  } finally {
    process.off("SIGINT", abort);
    if (terminal.isInteractive) terminal.out.write("\r\u001b[K");
  }
  const lines = mutants.flatMap((mutant) => {
    const found = rows.get(mutant);
    return found === undefined ? [] : [found];
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const summary = `${caught} of ${mutants.length} mutants caught in ${seconds} s`;
  await write(terminal.out, `${table(terminal, HEAD, lines)}${summary}\n`);
  return caught === mutants.length ? EXIT.ok : EXIT.usage;
}

const HEAD = ["MUTANT", "CAUGHT BY", "SEEDS", "MADE BEFORE IN"];

/** Seen by something else than it should be is not caught: then nobody knows what was seen. */
function isCaught(mutant: Mutant, { seenBy }: HuntResult): boolean {
  return seenBy !== undefined && mutant.seenBy.includes(seenBy);
}

function row(mutant: Mutant, result: HuntResult): readonly string[] {
  const { name, from, seeds: most } = mutant;
  const { seenBy, message = "", seeds } = result;
  if (seenBy === undefined) return [name, "nothing", `${seeds} of ${most}`, from];
  const by = isCaught(mutant, result) ? seenBy : `${seenBy}, unexpected: ${message}`;
  return [name, by, `${seeds} of ${most}`, from];
}

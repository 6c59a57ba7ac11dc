import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Lane, MUTANTS, type Mutant } from "@holdfast/sim";
import { EXIT } from "../exit-codes.ts";
import { REPOSITORY } from "../locations.ts";
import { UsageError } from "../usage-error.ts";
import type { Examination } from "./examination.ts";
import { type HuntOrder, orderFor } from "./hunt-mutants.ts";

/** Loads what was built file by file, and one of them with a mistake: a bundle could not. */
const PROCESS = fileURLToPath(new URL("packages/cli/dist/sim/mutant-process.js", REPOSITORY));

export interface MutantOrder {
  readonly hunt: HuntOrder;
  readonly examination: Examination;
}

/** `lane`: only of this one. */
export function mutantNamed(name: string, lane?: Lane): Mutant {
  const mutants = MUTANTS.filter((one) => lane === undefined || laneOfMutant(one) === lane);
  const mutant = mutants.find((one) => one.name === name);
  if (mutant !== undefined) return mutant;
  const near = mutants.filter((one) => one.name.includes(name)).map((one) => one.name);
  const names = near.length > 0 ? near : mutants.map((one) => one.name);
  throw new UsageError(`no mutant is called "${name}"; there are\n${names.join("\n")}`);
}

/** The lane whose runs see it. */
export function laneOfMutant({ lane = "core" }: Mutant): Lane {
  return lane;
}

/** Examines a run in a process of its own, whose code has the mistake; answers its exit status. */
export async function examineMutant(mutant: Mutant, examination: Examination): Promise<number> {
  // What is built needs nothing of what this process was started with.
  const child = fork(PROCESS, { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send({ hunt: orderFor(mutant), examination } satisfies MutantOrder);
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? EXIT.usage;
}

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { MUTANTS, type Mutant } from "@holdfast/sim";
import { EXIT } from "../exit-codes.ts";
import { REPOSITORY } from "../locations.ts";
import { UsageError } from "../usage-error.ts";
import type { Examination } from "./examine-seed.ts";
import { type HuntOrder, orderFor } from "./hunt-mutants.ts";

/** Mistakes around the core need whole nodes, which are not examined yet. */
const CORE = MUTANTS.filter(({ lane = "core" }) => lane === "core");

/** Loads the built core file by file, and one of them with a mistake: a bundle could not. */
const PROCESS = fileURLToPath(new URL("packages/cli/dist/sim/mutant-process.js", REPOSITORY));

export interface MutantOrder {
  readonly hunt: HuntOrder;
  readonly examination: Examination;
}

export function mutantNamed(name: string): Mutant {
  const mutant = CORE.find((one) => one.name === name);
  if (mutant !== undefined) return mutant;
  const near = CORE.filter((one) => one.name.includes(name)).map((one) => one.name);
  const names = near.length > 0 ? near : CORE.map((one) => one.name);
  throw new UsageError(`no mutant is called "${name}"; there are\n${names.join("\n")}`);
}

/** Examines a run in a process of its own, whose core has the mistake; answers its exit status. */
export async function examineMutant(mutant: Mutant, examination: Examination): Promise<number> {
  // What is built needs nothing of what this process was started with.
  const child = fork(PROCESS, { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send({ hunt: orderFor(mutant), examination } satisfies MutantOrder);
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? EXIT.usage;
}

import { CORE_MUTANTS } from "./catalogue.ts";
import type { Mutant } from "./mutant.ts";
import { SERVER_MUTANTS } from "./server-catalogue.ts";

export const MUTANTS: readonly Mutant[] = [...CORE_MUTANTS, ...SERVER_MUTANTS];

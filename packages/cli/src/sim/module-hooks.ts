import type { LoadHook } from "node:module";
import type { HuntOrder } from "./hunt-mutants.ts";

let order: HuntOrder | undefined;

/** Called by `module.register` with the mistake that is to be made. */
export function initialize(given: HuntOrder): void {
  order = given;
}

/** Loads a module; the file of the mutant as it was given. */
export const load: LoadHook = (url, context, nextLoad) =>
  url === order?.url
    ? { format: "module", source: order.source, shortCircuit: true }
    : nextLoad(url, context);

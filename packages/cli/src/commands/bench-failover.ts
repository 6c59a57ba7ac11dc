import type { GivenGlobals } from "../global-options.ts";
import { wholeNumber } from "../global-options.ts";
import { loadFunction } from "../load-function.ts";

export interface BenchFailoverOptions extends GivenGlobals {
  readonly rounds: string;
  readonly nodes?: string | undefined;
}

type FailoverCommand = (options: {
  readonly rounds: number;
  readonly nodes?: number;
  readonly json?: boolean;
}) => Promise<number>;

const ROUNDS_MAX = 10_000;
const NODES_MAX = 9;

/** Kills the leader of a cluster of its own, again and again, and measures how long writes stop. */
export async function benchFailover(options: BenchFailoverOptions): Promise<number> {
  const rounds = wholeNumber("--rounds", options.rounds, 1, ROUNDS_MAX);
  const nodes =
    options.nodes === undefined ? 3 : wholeNumber("--nodes", options.nodes, 3, NODES_MAX);
  const run = loadFunction<FailoverCommand>(await import("@holdfast/bench"), "failoverCommand");
  return run({ rounds, nodes, json: options.output === "json" });
}

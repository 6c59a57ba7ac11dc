import { type GivenGlobals, wholeNumber } from "../global-options.ts";

export interface BenchFailoverOptions extends GivenGlobals {
  readonly rounds: string;
}

const ROUNDS_MAX = 10_000;

/** Kills the leader of a cluster of its own, again and again, and measures how long writes stop. */
export async function benchFailover(options: BenchFailoverOptions): Promise<number> {
  const rounds = wholeNumber("--rounds", options.rounds, 1, ROUNDS_MAX);
  const { failoverCommand } = await import("@holdfast/bench");
  return failoverCommand({ rounds, json: options.output === "json" });
}

import { EXIT } from "../exit-codes.ts";
import { type GivenGlobals, wholeNumber } from "../global-options.ts";
import { type Terminal, write } from "../terminal.ts";

export interface BenchCoreOptions extends GivenGlobals {
  readonly rounds: string;
}

const ROUNDS_MAX = 1_000;
const ROUND_MS = 1_000;

/** What consensus alone costs, without disk and network. */
export async function benchCore(terminal: Terminal, options: BenchCoreOptions): Promise<number> {
  const rounds = wholeNumber("--rounds", options.rounds, 1, ROUNDS_MAX);
  const { coreThroughputText, measureCoreThroughput } = await import("@holdfast/bench");
  const report = measureCoreThroughput({ rounds, roundMs: ROUND_MS });
  await write(terminal.out, `${coreThroughputText(report, options.output === "json")}\n`);
  return EXIT.ok;
}

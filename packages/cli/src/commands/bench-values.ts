import { tmpdir } from "node:os";
import { EXIT } from "../exit-codes.ts";
import { type GivenGlobals, wholeNumber } from "../global-options.ts";
import { type Terminal, write } from "../terminal.ts";

export interface BenchValuesOptions extends GivenGlobals {
  readonly rounds: string;
  readonly keys: string;
  readonly batch: string;
  readonly sizes: string;
  readonly directory?: string;
}

const ROUNDS_MAX = 1_000;
const KEYS_MAX = 10_000_000;
const BATCH_MAX = 256;
const VALUE_BYTES_MAX = 16_384;

/** What it costs and saves that small values stand with their key. */
export async function benchValues(
  terminal: Terminal,
  options: BenchValuesOptions,
): Promise<number> {
  const rounds = wholeNumber("--rounds", options.rounds, 1, ROUNDS_MAX);
  const keys = wholeNumber("--keys", options.keys, 1, KEYS_MAX);
  const putsPerEntry = wholeNumber("--batch", options.batch, 1, BATCH_MAX);
  const valueSizes = options.sizes
    .split(",")
    .map((size) => wholeNumber("--sizes", size.trim(), 1, VALUE_BYTES_MAX))
    .sort((a, b) => a - b);
  const { inlineValuesText, measureInlineValues } = await import("@holdfast/bench");
  const report = await measureInlineValues({
    rounds,
    keys,
    putsPerEntry,
    valueSizes,
    directory: options.directory ?? tmpdir(),
    progress: (line) => void terminal.err.write(`${line}\n`),
  });
  await write(terminal.out, `${inlineValuesText(report, options.output === "json")}\n`);
  return EXIT.ok;
}

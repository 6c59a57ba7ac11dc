import { toHex } from "../bytes.ts";
import { type Random, SeededRandom } from "../random.ts";
import type { FuzzTarget } from "./fuzz-target.ts";

export interface FuzzRun {
  readonly seed: number;
  /** So many inputs, unless the time is over before. */
  readonly runs: number;
  /** Ends the run at the first input behind this time, ms. */
  readonly until?: number;
  /** A clock that only goes forward, ms: no input may take long. */
  now(): number;
  /** The most memory that the process has ever had, bytes: no input may take much. */
  peakBytes(): number;
}

/** An input may take so long, ms; machines are busy, and a decoder takes microseconds. */
const INPUT_MS_MAX = 5_000;
/** An input may take so much more than any before; it has some hundred bytes, and the heap grows in steps. */
const INPUT_BYTES_MAX = 100 * 1024 * 1024;
/** Inputs between two breaths, so that whoever looks on is answered. */
const INPUTS_PER_BREATH = 1_000;

/** An input for which it does not hold what must hold. */
export class FuzzFailure extends Error {
  readonly input: Uint8Array;

  constructor(found: {
    readonly target: string;
    readonly seed: number;
    readonly run: number;
    readonly input: Uint8Array;
    readonly cause: unknown;
  }) {
    const { target, seed, run, input, cause } = found;
    super(
      `fuzz target ${target}, seed ${seed}, input ${run}: ${String(cause)}\n` +
        `${input.length} bytes: ${toHex(input)}`,
      { cause },
    );
    this.input = input;
  }
}

/**
 * Tries inputs until one fails.
 *
 * @returns how many were tried.
 * @throws FuzzFailure for the first that fails.
 */
export async function runFuzz(target: FuzzTarget, options: FuzzRun): Promise<number> {
  const { seed, runs, until = Number.POSITIVE_INFINITY, now, peakBytes } = options;
  let run = 0;
  for (; run < runs && now() < until; run++) {
    const input = target.make(randomOf(seed, run));
    const began = now();
    const before = peakBytes();
    try {
      // Most targets do not wait, and a wait for nothing would take longer than they do.
      const checking = target.check(input);
      if (checking !== undefined) await checking;
      const took = now() - began;
      if (took > INPUT_MS_MAX) throw new Error(`it took ${Math.round(took)} ms`);
      const bytes = peakBytes() - before;
      if (bytes > INPUT_BYTES_MAX) throw new Error(`it took ${bytes} bytes`);
    } catch (cause) {
      throw new FuzzFailure({ target: target.name, seed, run, input, cause });
    }
    if (run % INPUTS_PER_BREATH === 0) await undefined;
  }
  return run;
}

/** Each input has a sequence of its own, so that one can be drawn again without those before it. */
function randomOf(seed: number, run: number): Random {
  return new SeededRandom((seed % 0x20_0000) * 0x1_0000_0000 + run);
}

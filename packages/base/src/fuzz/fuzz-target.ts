import { compareBytes } from "../bytes.ts";
import { type Random, randomBytes, SeededRandom } from "../random.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { ValueShape } from "./value-shape.ts";

/** Something that takes bytes from outside, and what must hold whatever they are. */
export interface FuzzTarget {
  readonly name: string;
  /** How many inputs the tests try. */
  readonly runs: number;
  /** Draws an input. */
  make(random: Random): Uint8Array;
  /** Throws, or rejects, if what must hold does not. */
  check(input: Uint8Array): void | Promise<void>;
}

/** An error by which a module refuses what it is given. */
type Refusal = abstract new (...given: never[]) => Error;

export interface BytesTarget<Value> {
  readonly name: string;
  readonly runs: number;
  /** What is valid; each must be read. Inputs are made of them. */
  readonly examples: readonly Uint8Array[];
  /** Values that may be read beside those of the examples: of other types in some places. */
  readonly others?: readonly Value[];
  /** Makes an input of its own kind; absent: examples with some bytes changed. */
  readonly make?: (random: Random) => Uint8Array;
  read(bytes: Uint8Array): Value;
  /** Whatever was read is written in a form that reads as the same. */
  write?(value: Value): Uint8Array;
  readonly refusals: readonly Refusal[];
}

/** A decoder: any bytes are read, or refused by an error that says so; nothing else. */
export function bytesTarget<Value>(target: BytesTarget<Value>): FuzzTarget {
  const { name, runs, examples, read, refusals } = target;
  const readOrRefuse = (bytes: Uint8Array): { readonly value: Value } | undefined => {
    try {
      return { value: read(bytes) };
    } catch (failure) {
      if (refusals.some((refusal) => failure instanceof refusal)) return undefined;
      throw failure;
    }
  };
  const check = (input: Uint8Array): void => {
    const found = readOrRefuse(input);
    if (found === undefined) return;
    shape.check(found.value);
    if (target.write === undefined) return;
    const once = target.write(found.value);
    const twice = target.write(read(once));
    if (compareBytes(once, twice) !== 0) throw new Error("what was read is written as another");
  };
  const shape = new ValueShape([...examples.map(read), ...(target.others ?? [])]);
  const make = target.make ?? ((random: Random): Uint8Array => mutateBytes(random, examples));
  return { name, runs, make, check };
}

const SEED_BYTES = 6;

/** A world of its own for each seed: the input is the seed. */
export function worldTarget(target: {
  readonly name: string;
  readonly runs: number;
  live(random: Random): void | Promise<void>;
}): FuzzTarget {
  const { name, runs, live } = target;
  return {
    name,
    runs,
    make: (random) => randomBytes(random, SEED_BYTES),
    check: (input) => live(new SeededRandom(input.reduce((seed, byte) => seed * 256 + byte, 0))),
  };
}

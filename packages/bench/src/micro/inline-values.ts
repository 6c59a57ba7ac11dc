import { mkdtemp, rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { pointQuery } from "@holdfast/state-machine";
import { median } from "../percentile.ts";
import { LocalState } from "./local-state.ts";
import { costsSince, type ProcessCosts, processCosts } from "./process-costs.ts";
import { ValueWorkload } from "./value-workload.ts";

/** A store that is measured: which values it is given, and which of them stand with their key. */
export interface InlineVariant {
  readonly valueSizes: readonly number[];
  /** `Infinity`: all of them. */
  readonly inlineBytesMax: number;
}

/** What is measured of each, CPU and time in µs. */
export const VALUE_FIGURES = [
  "putCpu",
  "putWritten",
  "diskPerKey",
  "coldGetCpu",
  "coldGetWall",
  "warmGetCpu",
  "warmGetWall",
  "rangeCpu",
  "rangeWall",
  "keysOnlyCpu",
] as const;
export type ValueFigures = Readonly<Record<(typeof VALUE_FIGURES)[number], number>>;

export interface InlineValuesOptions {
  /** Of a store at most; where values are large there are fewer, see {@link MEAN_BYTES_MAX}. */
  readonly keys: number;
  readonly putsPerEntry: number;
  readonly rounds: number;
  readonly valueSizes: readonly number[];
  /** Where stores are made, each in a directory of its own, and removed again. */
  readonly directory: string;
  readonly progress?: (line: string) => void;
}

export interface MeasuredVariant extends InlineVariant {
  readonly keys: number;
  /** Of each figure the median of all rounds. */
  readonly figures: ValueFigures;
  readonly rounds: readonly ValueFigures[];
}

export interface InlineValues {
  readonly variants: readonly MeasuredVariant[];
  readonly putsPerEntry: number;
  readonly rangeKeys: number;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
}

/** A store has values for so many bytes a key asked for, so that large ones take no longer than others. */
const MEAN_BYTES_MAX = 1024;
const GETS = 2_000;
const WARM_PASSES = 5;
const RANGES = 20;
const RANGE_KEYS = 1_000;
/** Code is compiled before anything counts. */
const WARM_UP_KEYS = 5_000;

/**
 * What it costs and saves that values stand with their key. For values of one size a
 * threshold only says yes or no; so each size is measured with and without, and then
 * all sizes in one store with a threshold at each of them.
 */
export async function measureInlineValues(options: InlineValuesOptions): Promise<InlineValues> {
  const { rounds, putsPerEntry, progress = () => undefined } = options;
  const variants = variantsOf(options.valueSizes);
  const measured = new Map<InlineVariant, ValueFigures[]>(variants.map((one) => [one, []]));
  for (const one of variants.slice(0, 2)) {
    await measureVariant(one, { ...options, keys: Math.min(options.keys, WARM_UP_KEYS) });
  }
  for (let round = 0; round < rounds; round++) {
    // Rounds run in opposite directions: what grows or ages meanwhile then meets all alike.
    for (const one of round % 2 === 0 ? variants : variants.toReversed()) {
      measured.get(one)?.push(await measureVariant(one, options));
      progress(
        `round ${round + 1}: values of ${one.valueSizes} B, inline up to ${one.inlineBytesMax} B`,
      );
    }
  }
  return {
    variants: Array.from(measured, ([variant, seen]) => ({
      ...variant,
      keys: keysOf(variant, options),
      figures: medians(seen),
      rounds: seen,
    })),
    putsPerEntry,
    rangeKeys: RANGE_KEYS,
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version },
  };
}

function variantsOf(valueSizes: readonly number[]): readonly InlineVariant[] {
  const alone = valueSizes.flatMap((size) =>
    [0, Number.POSITIVE_INFINITY].map((inlineBytesMax) => ({ valueSizes: [size], inlineBytesMax })),
  );
  if (valueSizes.length < 2) return alone;
  const mixed = [0, ...valueSizes].map((inlineBytesMax) => ({ valueSizes, inlineBytesMax }));
  return [...alone, ...mixed];
}

function keysOf({ valueSizes }: InlineVariant, { keys }: InlineValuesOptions): number {
  const mean = valueSizes.reduce((sum, size) => sum + size, 0) / valueSizes.length;
  return Math.min(keys, Math.ceil((keys * MEAN_BYTES_MAX) / mean));
}

async function measureVariant(
  variant: InlineVariant,
  options: InlineValuesOptions,
): Promise<ValueFigures> {
  const { valueSizes, inlineBytesMax } = variant;
  const { putsPerEntry } = options;
  const workload = new ValueWorkload({ valueSizes, keys: keysOf(variant, options), putsPerEntry });
  const directory = await mkdtemp(join(options.directory, "holdfast-values-"));
  try {
    const puts = await measurePuts(directory, workload, inlineBytesMax);
    // Opened anew, LevelDB has nothing cached; the kernel still has the files.
    const state = await LocalState.open(directory, inlineBytesMax);
    await state.settle();
    const reads = await measureReads(state, workload);
    await state.close();
    return { ...puts, ...reads };
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function measurePuts(directory: string, workload: ValueWorkload, inlineBytesMax: number) {
  const state = await LocalState.open(directory, inlineBytesMax);
  const before = processCosts();
  for (const payload of workload.entries()) await state.apply(payload);
  await state.settle();
  const { cpuMicros, writtenBytes } = costsSince(before);
  const diskBytes = await state.bytesOnDisk();
  await state.close();
  return {
    putCpu: cpuMicros / workload.puts,
    putWritten: writtenBytes / workload.puts,
    diskPerKey: diskBytes / workload.keys,
  };
}

async function measureReads(state: LocalState, workload: ValueWorkload) {
  const keys = workload.someKeys(GETS).map(pointQuery);
  const get = (): void => {
    for (const query of keys) state.readNow(query);
  };
  const cold = await each(GETS, get);
  const warm = await each(WARM_PASSES * GETS, () => {
    for (let pass = 0; pass < WARM_PASSES; pass++) get();
  });
  const ranges = workload.someRanges(RANGES, RANGE_KEYS);
  const range = await each(RANGES, async () => {
    for (const query of ranges) await state.read(query);
  });
  const keysOnly = await each(RANGES, async () => {
    for (const query of ranges) await state.read({ ...query, keysOnly: true });
  });
  return {
    coldGetCpu: cold.cpuMicros,
    coldGetWall: cold.wallMicros,
    warmGetCpu: warm.cpuMicros,
    warmGetWall: warm.wallMicros,
    rangeCpu: range.cpuMicros,
    rangeWall: range.wallMicros,
    keysOnlyCpu: keysOnly.cpuMicros,
  };
}

async function each(times: number, work: () => void | Promise<void>): Promise<ProcessCosts> {
  const before = processCosts();
  await work();
  const { cpuMicros, wallMicros, writtenBytes } = costsSince(before);
  return {
    cpuMicros: cpuMicros / times,
    wallMicros: wallMicros / times,
    writtenBytes: writtenBytes / times,
  };
}

function medians(seen: readonly ValueFigures[]): ValueFigures {
  const pairs = VALUE_FIGURES.map((name) => [name, median(seen.map((one) => one[name]))]);
  return Object.fromEntries(pairs) as ValueFigures;
}

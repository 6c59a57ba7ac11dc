import { cpus } from "node:os";
import { median } from "../percentile.ts";
import { JoinedCores } from "./joined-cores.ts";

export interface CoreThroughput {
  readonly entryBytes: number;
  readonly batchEntries: number;
  /** Committed entries a second, one figure for each round. */
  readonly rounds: readonly number[];
  readonly medianPerSecond: number;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
}

export interface CoreThroughputOptions {
  readonly rounds: number;
  readonly roundMs: number;
}

const ENTRY_BYTES = 128;
const BATCH_ENTRIES = 64;
const WARM_UP_MS = 500;

/** How many entries three cores commit a second on one processor core, with no disk and no network. */
export function measureCoreThroughput({ rounds, roundMs }: CoreThroughputOptions): CoreThroughput {
  const cores = new JoinedCores();
  cores.elect();
  const payloads = Array.from({ length: BATCH_ENTRIES }, () => new Uint8Array(ENTRY_BYTES));
  run(cores, payloads, WARM_UP_MS);
  const measured = Array.from({ length: rounds }, () => run(cores, payloads, roundMs));
  return {
    entryBytes: ENTRY_BYTES,
    batchEntries: BATCH_ENTRIES,
    rounds: measured,
    medianPerSecond: median(measured),
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version },
  };
}

/** Committed entries a second. */
function run(cores: JoinedCores, payloads: readonly Uint8Array[], ms: number): number {
  const before = cores.committed;
  const began = performance.now();
  let tookMs = 0;
  while (tookMs < ms) {
    for (let batch = 0; batch < BATCHES_BETWEEN_LOOKS; batch++) cores.propose(payloads);
    tookMs = performance.now() - began;
  }
  return ((cores.committed - before) / tookMs) * 1000;
}

const BATCHES_BETWEEN_LOOKS = 16;

/** `holdfast bench core`. */
export function coreThroughputText(report: CoreThroughput, json: boolean): string {
  if (json) return JSON.stringify(report, undefined, 2);
  const { entryBytes, batchEntries, rounds, medianPerSecond } = report;
  const figure = (perSecond: number): string => Math.round(perSecond).toLocaleString("en-US");
  const spread = `${figure(Math.min(...rounds))} to ${figure(Math.max(...rounds))}`;
  return [
    `three cores joined by arrays, ${entryBytes}-byte entries, batches of ${batchEntries}`,
    `${figure(medianPerSecond)} entries/s committed (median of ${rounds.length} rounds; ${spread})`,
  ].join("\n");
}

import { cpus } from "node:os";
import { median, percentile } from "../percentile.ts";
import type { FailoverRound } from "./failover-round.ts";

/** What a whole run found. Times in ms from SIGKILL to the next accepted write. */
export interface FailoverReport {
  readonly rounds: readonly FailoverRound[];
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly acknowledgedWrites: number;
  /** Acknowledged and not found again by value. */
  readonly lostWrites: number;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
}

export function failoverReport(
  rounds: readonly FailoverRound[],
  writes: { readonly acknowledged: number; readonly lost: number },
): FailoverReport {
  const times = rounds.map(({ ms }) => ms);
  return {
    rounds,
    medianMs: median(times),
    p99Ms: percentile(times, 99),
    maxMs: Math.max(...times),
    acknowledgedWrites: writes.acknowledged,
    lostWrites: writes.lost,
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version },
  };
}

export const ROUND_HEADER = "round  killed  new leader  accepted by  ms to the next accepted write";

export function roundLine({ round, killed, leader, acceptedBy, ms }: FailoverRound): string {
  const cells = [
    String(round).padStart(5),
    killed.padEnd(6),
    leader.padEnd(10),
    acceptedBy.padEnd(11),
  ];
  return `${cells.join("  ")}  ${ms.toFixed(0).padStart(5)}`;
}

export function summaryLines(report: FailoverReport): readonly string[] {
  const { rounds, medianMs, p99Ms, maxMs, acknowledgedWrites, lostWrites } = report;
  return [
    `median ${medianMs.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms, max ${maxMs.toFixed(0)} ms over ${rounds.length} rounds`,
    `acknowledged writes ${acknowledgedWrites}, lost ${lostWrites}`,
  ];
}

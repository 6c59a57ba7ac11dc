import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, startCluster } from "@holdfast/testkit";
import {
  type FailoverReport,
  failoverReport,
  ROUND_HEADER,
  roundLine,
  summaryLines,
} from "./failover-report.ts";
import { type FailoverRound, failoverRound } from "./failover-round.ts";
import { lostWrites } from "./lost-writes.ts";
import { WriteJournal } from "./write-journal.ts";
import { WriteProbe } from "./write-probe.ts";

export interface FailoverOptions {
  /** How many leaders to kill: 1 to 10,000. */
  readonly rounds: number;
  /** Prints one JSON object instead of lines. */
  readonly json: boolean;
}

const KEY_PREFIX = "failover/";
const PROBE = { intervalMs: 5, timeoutMs: 1000, inFlightMax: 256 } as const;
const ROUNDS_MAX = 10_000;
/** Writes flow at least so long before each kill, so that it falls anywhere among heartbeats, ms. */
const STEADY_MS = { least: 300, spread: 300 } as const;

/**
 * `holdfast bench failover`: kills the leader of a cluster of its own again and
 * again under writes, and tells how long no write was accepted and whether an
 * acknowledged one was lost.
 *
 * Returns the exit code: 0, 1 when a write was lost, 2 for bad options, 130 when interrupted.
 */
export async function failoverCommand({ rounds, json }: FailoverOptions): Promise<number> {
  if (!Number.isSafeInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX) {
    process.stderr.write(
      `--rounds must be a whole number from 1 to ${ROUNDS_MAX}, got ${rounds}\n`,
    );
    return 2;
  }
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const report = await measure(rounds, json ? () => undefined : printLine, interruption.signal);
    if (report === undefined) return 130;
    if (json) printLine(JSON.stringify(report, undefined, 2));
    else for (const line of summaryLines(report)) printLine(line);
    return report.lostWrites === 0 ? 0 : 1;
  } finally {
    process.removeListener("SIGINT", interrupt).removeListener("SIGTERM", interrupt);
  }
}

/** Undefined when interrupted. */
async function measure(
  rounds: number,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<FailoverReport | undefined> {
  print(
    "starting three nodes on free ports of 127.0.0.1, heartbeat 100 ms, election timeout 1000 ms",
  );
  await using cluster = await startCluster();
  const journal = new WriteJournal();
  const probes = cluster.nodes.map(
    (node) =>
      new WriteProbe({ node, keyPrefix: KEY_PREFIX, ...PROBE }, (write) => journal.add(write)),
  );
  for (const probe of probes) probe.start();
  const done: FailoverRound[] = [];
  try {
    print(ROUND_HEADER);
    while (done.length < rounds && !signal.aborted) {
      await pause(STEADY_MS.least + Math.random() * STEADY_MS.spread);
      const round = await unlessAborted(failoverRound(done.length + 1, cluster, journal), signal);
      if (round === undefined) break;
      done.push(round);
      print(roundLine(round));
    }
  } finally {
    await Promise.all(probes.map((probe) => probe.stop()));
  }
  if (signal.aborted) return undefined;
  print(`reading ${journal.size} acknowledged writes back by value …`);
  const lost = await readBack(cluster, journal);
  for (const key of lost.slice(0, LOST_SHOWN_MAX)) print(`lost: ${key}`);
  return failoverReport(done, { acknowledged: journal.size, lost: lost.length });
}

const LOST_SHOWN_MAX = 20;

async function readBack(cluster: Cluster, journal: WriteJournal): Promise<readonly string[]> {
  await using client = await cluster.connect({ timeoutMs: 30_000 });
  return await lostWrites(client, KEY_PREFIX, journal.writes);
}

/** What was awaited, or `undefined` as soon as the signal fires. */
async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
): Promise<Result | undefined> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    abort = () => resolve(undefined);
    signal.addEventListener("abort", abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

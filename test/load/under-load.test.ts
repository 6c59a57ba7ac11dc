import { beforeAll, expect, test } from "vitest";
import {
  COLLECTOR_FLAGS,
  type CollectedMemory,
  memoryAfterCollection,
} from "../collected-memory.ts";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { type LoadReport, loadCluster, type NodeReport } from "./loaded-cluster.ts";

const MIB = 1024 * 1024;
/** In one phase. A leak of what is written would be six times that. */
const GROWN_MIB_MAX = 8;
const PHASE_MS = 8_000;
/** A slow machine takes longer to fill what has a bound, some 12 MiB; a leak grows in each phase. */
const PHASES_MAX = 4;
const cluster = sharedCluster({ nodeFlags: COLLECTOR_FLAGS });

interface Phase {
  readonly report: LoadReport;
  readonly memory: readonly CollectedMemory[];
}

const phases: Phase[] = [];
beforeAll(async () => {
  await using client = await cluster().connect();
  // The first fills the caches, whose sizes are bounds.
  do {
    const report = await loadCluster(cluster(), client, { inFlight: 1024, forMs: PHASE_MS });
    phases.push({ report, memory: await memoryAfterCollection(cluster()) });
  } while (phases.length < PHASES_MAX && !grownMib().every((grown) => grown < GROWN_MIB_MAX));
}, 120_000);

test("1,024 puts in flight are all acknowledged", () => {
  for (const { report } of phases) {
    expect(report.failed).toBe(0);
    expect(report.acknowledged).toBeGreaterThan(10_000);
  }
});

test("the event loop of every node is late by less than 50 ms at p99", () => {
  // In the first phase code is still being compiled.
  for (const { id, eventLoopDelayP99Ms } of phases.at(-1)?.report.nodes ?? []) {
    expect({ id, isLate: eventLoopDelayP99Ms >= 50, eventLoopDelayP99Ms }).toMatchObject({
      isLate: false,
    });
  }
});

test("nobody is elected", () => {
  for (const { terms } of nodes()) expect(terms[1]).toBe(terms[0]);
});

test("what is reachable does not grow with what is written", () => {
  show("reachable MiB", { phases: phases.map(({ memory }) => memory.map(inMib)) });
  for (const grown of grownMib()) expect(grown).toBeLessThan(GROWN_MIB_MAX);
});

test("memory stays below what the caches may take", () => {
  for (const { residentBytes } of nodes()) {
    expect(Math.max(...residentBytes)).toBeLessThan(448 * MIB);
  }
});

/** What each node was seen to do, phase after phase. */
function nodes(): readonly NodeReport[] {
  return phases.flatMap(({ report }) => report.nodes);
}

/** By how much each node grew in the last phase; without bound in the first, which nothing compares with. */
function grownMib(): readonly number[] {
  const [before, after] = phases.slice(-2).map(({ memory }) => memory);
  if (before === undefined || after === undefined) return [Number.POSITIVE_INFINITY];
  return after.map((one, at) => inMib(one) - inMib(before[at]));
}

function inMib(memory: CollectedMemory | undefined): number {
  return Math.round((memory?.liveBytes ?? Number.NaN) / MIB);
}

import { beforeAll, expect, test } from "vitest";
import {
  COLLECTOR_FLAGS,
  type CollectedMemory,
  memoryAfterCollection,
} from "../collected-memory.ts";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { type LoadReport, loadCluster } from "./loaded-cluster.ts";

const MIB = 1024 * 1024;
/** A leak of what is written would be six times that. */
const GROWN_MIB_MAX = 8;
const cluster = sharedCluster({ nodeFlags: COLLECTOR_FLAGS });

let report: LoadReport;
let halfway: readonly CollectedMemory[];
let after: readonly CollectedMemory[];
beforeAll(async () => {
  await using client = await cluster().connect();
  // The first half fills the caches, whose sizes are bounds; nothing may grow in the second.
  await loadCluster(cluster(), client, { inFlight: 1024, forMs: 8000 });
  halfway = await memoryAfterCollection(cluster());
  report = await loadCluster(cluster(), client, { inFlight: 1024, forMs: 8000 });
  after = await memoryAfterCollection(cluster());
});

test("1,024 puts in flight are all acknowledged", () => {
  expect(report.failed).toBe(0);
  expect(report.acknowledged).toBeGreaterThan(10_000);
});

test("the event loop of every node is late by less than 50 ms at p99", () => {
  for (const { id, eventLoopDelayP99Ms } of report.nodes) {
    expect({ id, isLate: eventLoopDelayP99Ms >= 50, eventLoopDelayP99Ms }).toMatchObject({
      isLate: false,
    });
  }
});

test("nobody is elected", () => {
  for (const { terms } of report.nodes) expect(terms[1]).toBe(terms[0]);
});

test("what is reachable does not grow with what is written", () => {
  show("reachable MiB", { halfway: inMib(halfway), after: inMib(after) });
  for (const [at, { id, liveBytes }] of after.entries()) {
    const grownMib = Math.round((liveBytes - (halfway[at]?.liveBytes ?? Number.NaN)) / MIB);
    expect({ id, grows: !(grownMib < GROWN_MIB_MAX), grownMib }).toMatchObject({ grows: false });
  }
});

test("memory stays below what the caches may take", () => {
  for (const { residentBytes } of report.nodes) {
    expect(Math.max(...residentBytes)).toBeLessThan(448 * MIB);
  }
});

function inMib(all: readonly CollectedMemory[]): readonly number[] {
  return all.map(({ liveBytes }) => Math.round(liveBytes / MIB));
}

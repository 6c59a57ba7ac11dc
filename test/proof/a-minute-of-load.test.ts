import { beforeAll, expect, test } from "vitest";
import { type LoadReport, loadCluster } from "../load/loaded-cluster.ts";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";

const MIB = 1024 * 1024;
const cluster = sharedCluster();

let report: LoadReport;
beforeAll(async () => {
  await using client = await cluster().connect();
  report = await loadCluster(cluster(), client, { inFlight: 1024, forMs: 60_000 });
  show("a minute of 1,024 puts in flight", {
    writesPerSecond: Math.round(report.acknowledged / 60),
    failed: report.failed,
    nodes: report.nodes.map(({ id, eventLoopDelayP99Ms, residentBytes }) => ({
      id,
      eventLoopDelayP99Ms,
      residentMiB: residentBytes.map((bytes) => Math.round(bytes / MIB)),
    })),
  });
});

test("in a minute of 1,024 puts in flight none fails", () => {
  expect(report.failed).toBe(0);
});

test("in a minute of load the event loop of every node is late by less than 50 ms at p99", () => {
  for (const { eventLoopDelayP99Ms } of report.nodes) expect(eventLoopDelayP99Ms).toBeLessThan(50);
});

test("in a minute of load nobody is elected", () => {
  for (const { terms } of report.nodes) expect(terms[1]).toBe(terms[0]);
});

test("in a minute of load memory does not grow by more than 64 MiB from the second quarter to the last", () => {
  for (const { residentBytes } of report.nodes) {
    expect(residentBytes[1] - residentBytes[0]).toBeLessThan(64 * MIB);
  }
});

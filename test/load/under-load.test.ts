import { beforeAll, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { type LoadReport, loadCluster } from "./loaded-cluster.ts";

const MIB = 1024 * 1024;
const cluster = sharedCluster();

let report: LoadReport;
beforeAll(async () => {
  await using client = await cluster().connect();
  report = await loadCluster(cluster(), client, { inFlight: 1024, forMs: 8000 });
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

// In 8 s the caches are still filling; that memory is flat is the proof's to show, over a minute.
test("memory stays below what the caches may take", () => {
  for (const { residentBytes } of report.nodes) {
    expect(Math.max(...residentBytes)).toBeLessThan(448 * MIB);
  }
});

import type { Holdfast } from "@holdfast/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { BIG, fill, largeWork, type WorkReport, whileWriting } from "./large-work.ts";

const KEYS = 50_000;
const cluster = sharedCluster();

const reports: WorkReport[] = [];
let client: Holdfast;
beforeAll(async () => {
  client = await cluster().connect();
  await fill(client, { to: KEYS });
  const work = largeWork(cluster(), client, { count: KEYS, ranges: 128 });
  for (const [what, run] of Object.entries(work)) {
    const report = await whileWriting(cluster(), what, run);
    show(what, report);
    reports.push(report);
  }
});
afterAll(() => client?.close());

test("no work on fifty thousand keys holds an event loop, or starts an election", () => {
  expect(reports).toHaveLength(7);
  for (const { what, delayP99Ms, elections, writes } of reports) {
    expect({ what, isLate: delayP99Ms >= 50, elections, failures: writes.failures }).toEqual({
      what,
      isLate: false,
      elections: 0,
      failures: [],
    });
  }
});

test("what was deleted is gone", async () => {
  expect((await client.range({ prefix: BIG }, { countOnly: true })).count).toBe(0);
});

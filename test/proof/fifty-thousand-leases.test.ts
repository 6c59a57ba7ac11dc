import { expect, test } from "vitest";
import { manyLeases } from "../load/many-leases.ts";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";

const LEASES = 50_000;
const cluster = sharedCluster();

test("50,000 leases that are over at once end a thousand in a second, and no event loop is late", async () => {
  const report = await manyLeases(cluster(), LEASES);

  show("50,000 leases", report);
  expect(report).toMatchObject({ alive: LEASES, early: 0, keysLeft: 0 });
  expect(report.perSecond).toBeLessThanOrEqual(1_300);
  for (const ms of report.lateMs) expect(ms).toBeLessThan(50);
  expect(report.terms[1]).toBe(report.terms[0]);
});

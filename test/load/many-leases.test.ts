import { expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { manyLeases } from "./many-leases.ts";

/** `npm run proof` has 50,000. */
const LEASES = 1_500;
const cluster = sharedCluster();

test("leases that are over at once end one after the other, none early, and no event loop is late", {
  timeout: 180_000,
}, async () => {
  const report = await manyLeases(cluster(), LEASES);

  show("leases", report);
  expect(report).toMatchObject({ early: 0, keysLeft: 0 });
  expect(report.alive).toBeGreaterThan(LEASES * 0.9);
  // A thousand in a second, and what the looks at the metrics are late by.
  expect(report.perSecond).toBeLessThanOrEqual(1_300);
  for (const ms of report.lateMs) expect(ms).toBeLessThan(50);
  expect(report.terms[1]).toBe(report.terms[0]);
});

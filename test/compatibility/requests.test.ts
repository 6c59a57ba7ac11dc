import { beforeEach, expect, test } from "vitest";
import { compareRequests } from "./compare-requests.ts";
import { compareWatches } from "./compare-watches.ts";
import { describeReport } from "./describe-report.ts";
import { requireEach } from "./required-tools.ts";
import { startPair } from "./stores/store-pair.ts";

beforeEach((context) => requireEach(["etcd"], context));

test("random requests are answered as etcd answers them", async () => {
  await using pair = await startPair(1);

  const report = await compareRequests(pair, { seed: 20_260, requests: 1_200 });

  expect(report.differences, describeReport(report)).toEqual([]);
  expect(report.codes.get("OK")).toBeGreaterThan(500);
});

test("random watches are told what etcd's are", async () => {
  await using pair = await startPair(1);

  const report = await compareWatches(pair, { seed: 20_261, steps: 200 });

  expect(report.events).toBeGreaterThan(50);
});

import { beforeEach, expect, test } from "vitest";
import { compareRequests } from "./compare-requests.ts";
import { compareWatches } from "./compare-watches.ts";
import { describeReport } from "./describe-report.ts";
import { requireEach } from "./required-tools.ts";
import { startPair } from "./stores/store-pair.ts";

/** `npm run test:slow` has time for more, and `npm run compare` for as many as one likes. */
const IS_SLOW = process.env["TESTS"] === "slow";
const REQUESTS = IS_SLOW ? 1_200 : 400;
const STEPS = IS_SLOW ? 200 : 80;

beforeEach((context) => requireEach(["etcd"], context));

test("random requests are answered as etcd answers them", async () => {
  await using pair = await startPair(1);

  const report = await compareRequests(pair, { seed: 20_260, requests: REQUESTS });

  expect(report.differences, describeReport(report)).toEqual([]);
  expect(report.codes.get("OK")).toBeGreaterThan(REQUESTS / 3);
});

test("random watches are told what etcd's are", async () => {
  await using pair = await startPair(1);

  const report = await compareWatches(pair, { seed: 20_261, steps: STEPS });

  expect(report.events).toBeGreaterThan(STEPS / 4);
});

import { expect, test } from "vitest";
import { COLLECTOR_FLAGS, memoryAfterCollection } from "../collected-memory.ts";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { ManyWatches, writesPerSecond } from "../watch/many-watches.ts";

const WATCHES = 10_000;
const LOAD = { count: 40_000, inFlight: 256 };
/** Between two runs of the same the machine alone makes some of it. */
const SLOWER_AT_MOST = 0.8;

const cluster = sharedCluster({ nodeFlags: COLLECTOR_FLAGS });

test("10,000 watches of other keys cost writes nothing that can be measured, and each is told of its own", async () => {
  await writesPerSecond(cluster(), LOAD);
  const memoryBefore = await memoryAfterCollection(cluster());
  const without = [await writesPerSecond(cluster(), LOAD), await writesPerSecond(cluster(), LOAD)];

  await using watches = await ManyWatches.start(cluster(), WATCHES, (at) => `watched/${at}`);
  const beside = [await writesPerSecond(cluster(), LOAD), await writesPerSecond(cluster(), LOAD)];
  const memoryAfter = await memoryAfterCollection(cluster());
  await using client = await cluster().connect();
  const keys = Array.from({ length: WATCHES }, (_, at) => `watched/${at}`);
  await Promise.all(keys.map((key) => client.put(key, "1", { timeoutMs: 30_000 })));
  await watches.toldOf(WATCHES);

  const liveMiB = (memory: typeof memoryAfter) =>
    memory.map(({ liveBytes }) => Math.round(liveBytes / 1024 ** 2));
  show("10,000 watches", {
    writesPerSecond: { without: without.map(Math.round), beside: beside.map(Math.round) },
    liveMiB: { before: liveMiB(memoryBefore), after: liveMiB(memoryAfter) },
  });
  expect(watches.told.size).toBe(WATCHES);
  expect(new Set(watches.told.values())).toEqual(new Set([1]));
  expect(Math.max(...beside)).toBeGreaterThan(SLOWER_AT_MOST * Math.max(...without));
});

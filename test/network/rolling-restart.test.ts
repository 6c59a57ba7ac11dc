import { expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { longestGapMs } from "../write-gaps.ts";
import { caughtUp, Ordeal } from "./ordeal.ts";

/** A node that is told to stop hands over first; nodes that start take what a busy machine has. */
const GAP_MS_MAX = 2000;
const cluster = sharedCluster();

test("restarting one node after the other, the leader last, fails no write of the SDK and stops none for long", async () => {
  await using ordeal = await Ordeal.begin("rolling", cluster());
  const leader = await cluster().leader();
  const gapsMs: number[] = [];

  for (const node of [...cluster().others(leader), leader]) {
    const since = performance.now();
    expect(await node.stop()).toEqual({ code: 0, signal: undefined });
    await node.start();
    await caughtUp(cluster(), node, since);
    await ordeal.writes.more(20);
    gapsMs.push(Math.round(longestGapMs(ordeal.writes, since, performance.now())));
  }

  show("rolling restart", { gapsMs });
  for (const gapMs of gapsMs) expect(gapMs).toBeLessThan(GAP_MS_MAX);
  expect(ordeal.failedOfSdk).toEqual([]);
  await ordeal.judge({ atLeast: 300 });
});

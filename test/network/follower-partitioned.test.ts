import { expect, test } from "vitest";
import { show } from "../show.ts";
import { longestGapMs } from "../write-gaps.ts";
import { networkedCluster, roles } from "./networked-cluster.ts";
import { caughtUp, lasts, latestTerm, Ordeal } from "./ordeal.ts";
import { FOLLOWER_PARTITIONS } from "./partitions.ts";

/** Long enough for the follower to want to campaign: it waits for one to two election timeouts. */
const LASTS_MS = 2500;
/** Less than an election takes; with a leader and a majority what is measured here is noise. */
const GAP_MS_MAX = 1000;
/** Its old connections are given up within 1.5 s, a dial within 1 s. */
const BACK_WITHIN_MS = 5000;
const stage = networkedCluster();

test.each(Object.entries(FOLLOWER_PARTITIONS))(
  "a follower that %s deposes nobody, and writes go on",
  async (kind, partition) => {
    const { cluster, network } = stage();
    await using ordeal = await Ordeal.begin(kind, cluster);
    const all = await roles(cluster);
    const before = await latestTerm(cluster);

    await network.suffer(partition(all));

    const since = performance.now();
    await lasts(LASTS_MS, since);
    const healedAt = performance.now();
    await network.heal();
    const backMs = await caughtUp(cluster, all.follower, healedAt);
    await ordeal.writes.more(50);
    const gapMs = longestGapMs(ordeal.writes, since, performance.now());

    show(`follower ${kind}`, { gapMs, backMs });
    expect(await latestTerm(cluster)).toBe(before);
    expect((await cluster.leader()).id).toBe(all.leader.id);
    expect(gapMs).toBeLessThan(GAP_MS_MAX);
    expect(backMs).toBeLessThan(BACK_WITHIN_MS);
    expect(ordeal.writes.failed.filter(({ node }) => node === undefined)).toEqual([]);
    await ordeal.judge({ atLeast: 300 });
  },
);

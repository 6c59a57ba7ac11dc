import { expect } from "vitest";
import { allCaughtUp } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { longestGapMs } from "../write-gaps.ts";
import { type NetworkedCluster, roles } from "./networked-cluster.ts";
import { caughtUp, lasts, latestTerm, leaders, Ordeal, stepsDown } from "./ordeal.ts";
import { FOLLOWER_PARTITIONS, LEADER_PARTITIONS } from "./partitions.ts";

/** The default. A follower that hears nothing campaigns after one to two of them. */
const ELECTION_TIMEOUT_MS = 1000;
/** Two of them, one election, and a machine that is busy. */
const SERVED_WITHIN_MS = 3000;
/** Without a majority it steps down after one. */
const STEPS_DOWN_WITHIN_MS = 2 * ELECTION_TIMEOUT_MS;
/** Old connections are given up within 1.5 s, a dial within 1 s; and a machine that is busy. */
const BACK_WITHIN_MS = 10_000;
/** One election, and one more in case that two campaign at once. */
const TERMS_MAX = 2;
/** Long enough for a follower to want to campaign: it waits for two election timeouts at most. */
const FOLLOWER_LASTS_MS = 2200;
/** Less than an election takes; with a leader and a majority what is measured is noise. */
const GAP_MS_MAX = ELECTION_TIMEOUT_MS;

/** Partitions the leader amid load: it steps down, another serves, each within its time, and nobody tells what is old. */
export async function partitionLeader(
  { cluster, network }: NetworkedCluster,
  kind: keyof typeof LEADER_PARTITIONS,
): Promise<void> {
  await using ordeal = await Ordeal.begin(`leader ${kind}`, cluster);
  const all = await roles(cluster);
  const before = await latestTerm(cluster);

  await network.suffer(LEADER_PARTITIONS[kind](all));

  const since = performance.now();
  const [servedMs, downMs] = await Promise.all([
    ordeal.served(since, { not: all.leader }),
    stepsDown(all.leader, since),
  ]);
  const leading = await leaders(cluster);
  await ordeal.writes.more(100);
  const healedAt = performance.now();
  await network.heal();
  const backMs = await caughtUp(cluster, all.leader, healedAt);
  await ordeal.writes.more(50);
  const terms = (await latestTerm(cluster)) - before;

  show(`leader ${kind}`, { servedMs, downMs, backMs, terms, sdkMs: ordeal.slowestOfSdkMs });
  expect(leading).toHaveLength(1);
  expect(leading).not.toContain(all.leader.id);
  expect(servedMs).toBeLessThan(SERVED_WITHIN_MS);
  expect(downMs).toBeLessThan(STEPS_DOWN_WITHIN_MS);
  expect(backMs).toBeLessThan(BACK_WITHIN_MS);
  expect(terms).toBeGreaterThan(0);
  expect(terms).toBeLessThanOrEqual(TERMS_MAX);
  expect((await cluster.leader()).id).toBe(leading[0]);
  expect(ordeal.failedOfSdk).toEqual([]);
  await ordeal.judge({ atLeast: 300 });
}

/** Partitions a follower amid load: it deposes nobody, then or when it is back, and writes go on. */
export async function partitionFollower(
  { cluster, network }: NetworkedCluster,
  kind: keyof typeof FOLLOWER_PARTITIONS,
): Promise<void> {
  await using ordeal = await Ordeal.begin(`follower ${kind}`, cluster);
  const all = await roles(cluster);
  const before = await latestTerm(cluster);

  await network.suffer(FOLLOWER_PARTITIONS[kind](all));

  const since = performance.now();
  await lasts(FOLLOWER_LASTS_MS, since);
  const healedAt = performance.now();
  await network.heal();
  const backMs = await caughtUp(cluster, all.follower, healedAt);
  await ordeal.writes.more(50);
  const gapMs = longestGapMs(ordeal.writes, since, performance.now());

  show(`follower ${kind}`, { gapMs, backMs, sdkMs: ordeal.slowestOfSdkMs });
  expect(await latestTerm(cluster)).toBe(before);
  expect(await cluster.leader()).toBe(all.leader);
  expect(gapMs).toBeLessThan(GAP_MS_MAX);
  expect(backMs).toBeLessThan(BACK_WITHIN_MS);
  expect(ordeal.failedOfSdk).toEqual([]);
  await ordeal.judge({ atLeast: 300 });
}

/** The same where nothing is written: then its log is as good as anybody's, and only the others' leader speaks against it. */
export async function partitionIdleFollower(
  { cluster, network }: NetworkedCluster,
  kind: keyof typeof FOLLOWER_PARTITIONS,
): Promise<void> {
  await allCaughtUp(cluster);
  const all = await roles(cluster);
  const before = await latestTerm(cluster);

  await network.suffer(FOLLOWER_PARTITIONS[kind](all));

  await lasts(FOLLOWER_LASTS_MS, performance.now());
  const during = await latestTerm(cluster);
  await network.heal();
  await caughtUp(cluster, all.follower, performance.now());
  expect(await cluster.leader()).toBe(all.leader);
  expect([during, await latestTerm(cluster)]).toEqual([before, before]);
}

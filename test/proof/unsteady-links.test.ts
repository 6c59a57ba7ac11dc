import { cut, type LinkFault, lossy, requireTool } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { type NetworkedCluster, networkedCluster, roles } from "../network/networked-cluster.ts";
import { caughtUp, lasts, latestTerm, leaders, Ordeal } from "../network/ordeal.ts";
import { ring } from "../network/partitions.ts";
import { show } from "../show.ts";
import { longestGapMs } from "../write-gaps.ts";

/** Up as long as down: shorter than an election timeout, longer than a heartbeat. */
const FLAP_MS = 300;
const FLAPS = 6;
const LOSS = 0.3;
const LASTS_MS = 2500;
/** A fraction of what the load needs. */
const NARROW_KBIT = 64;
/** Less than an election takes; with a leader and a majority what is measured here is noise. */
const GAP_MS_MAX = 1000;
/** A heartbeat that comes through amid it lets the others wait for two election timeouts anew. */
const ELECTION_GAP_MS_MAX = 5000;
/** Old connections are given up within 1.5 s, a dial within 1 s, an election takes 2 s at most. */
const SERVED_WITHIN_MS = 6000;
const stage = networkedCluster();

/** Cuts and heals in turn. */
async function flap({ network }: NetworkedCluster, faults: readonly LinkFault[]): Promise<void> {
  for (let turn = 0; turn < FLAPS; turn++) {
    await network.suffer(faults);
    await lasts(FLAP_MS, performance.now());
    await network.heal();
    await lasts(FLAP_MS, performance.now());
  }
}

test("a follower whose links flap deposes nobody, and writes go on", async () => {
  const { cluster, network } = stage();
  await using ordeal = await Ordeal.begin("flapping follower", cluster);
  const { leader, follower, other } = await roles(cluster);
  const before = await latestTerm(cluster);
  const since = performance.now();

  await flap({ cluster, network }, cut(follower.id, leader.id, other.id));

  const healedAt = performance.now();
  const backMs = await caughtUp(cluster, follower, healedAt);
  const gapMs = longestGapMs(ordeal.writes, since, performance.now());
  show("flapping follower", { gapMs, backMs });
  expect(gapMs).toBeLessThan(GAP_MS_MAX);
  expect(await latestTerm(cluster)).toBe(before);
  expect((await cluster.leader()).id).toBe(leader.id);
  await ordeal.judge({ atLeast: 300 });
});

test("a leader whose links flap is replaced, but not again and again, and writes go on", async () => {
  const { cluster, network } = stage();
  await using ordeal = await Ordeal.begin("flapping leader", cluster);
  const { leader, follower, other } = await roles(cluster);
  const before = await latestTerm(cluster);
  const since = performance.now();

  await flap({ cluster, network }, cut(leader.id, follower.id, other.id));

  await ordeal.writes.more(50);
  const gapMs = longestGapMs(ordeal.writes, since, performance.now());
  const terms = (await latestTerm(cluster)) - before;
  show("flapping leader", { gapMs, terms });
  expect(gapMs).toBeLessThan(ELECTION_GAP_MS_MAX);
  expect(terms).toBeLessThanOrEqual(2);
  await ordeal.judge({ atLeast: 300 });
});

test("a follower that loses 30 % of its packets deposes nobody, and writes go on", async () => {
  const { cluster, network } = stage();
  await using ordeal = await Ordeal.begin("lossy follower", cluster);
  const { leader, follower, other } = await roles(cluster);
  const before = await latestTerm(cluster);

  await network.suffer(lossy(LOSS, follower.id, leader.id, other.id));

  const since = performance.now();
  await lasts(LASTS_MS, since);
  const gapMs = longestGapMs(ordeal.writes, since, performance.now());
  const healedAt = performance.now();
  await network.heal();
  const backMs = await caughtUp(cluster, follower, healedAt);
  show("lossy follower", { gapMs, backMs });
  expect(gapMs).toBeLessThan(GAP_MS_MAX);
  expect(await latestTerm(cluster)).toBe(before);
  await ordeal.judge({ atLeast: 300 });
});

test("a follower behind a link so narrow that most is lost deposes nobody, and writes go on", async (context) => {
  requireTool("tbf", context);
  const { cluster, network } = stage();
  await using ordeal = await Ordeal.begin("narrow follower", cluster);
  const { leader, follower } = await roles(cluster);
  const before = await latestTerm(cluster);

  await network.narrow(follower.id, NARROW_KBIT);

  const since = performance.now();
  await lasts(LASTS_MS, since);
  const gapMs = longestGapMs(ordeal.writes, since, performance.now());
  const healedAt = performance.now();
  await network.heal();
  const backMs = await caughtUp(cluster, follower, healedAt);
  show("narrow follower", { gapMs, backMs });
  expect(gapMs).toBeLessThan(GAP_MS_MAX);
  expect(await latestTerm(cluster)).toBe(before);
  expect(await cluster.leader()).toBe(leader);
  await ordeal.judge({ atLeast: 300 });
});

test("three nodes of which each hears one other tell nothing old, and serve soon after it heals", async () => {
  const { cluster, network } = stage();
  await using ordeal = await Ordeal.begin("ring", cluster);
  const all = await roles(cluster);
  const before = await latestTerm(cluster);
  await network.suffer(ring(all));
  const since = performance.now();
  await lasts(LASTS_MS, since);
  const leading = await leaders(cluster);

  await network.heal();

  const servedMs = await ordeal.served(performance.now());
  const terms = (await latestTerm(cluster)) - before;
  show("ring", { servedMs, terms });
  expect(leading).toEqual([]);
  expect(servedMs).toBeLessThan(SERVED_WITHIN_MS);
  expect(terms).toBeLessThanOrEqual(2);
  await ordeal.judge({ atLeast: 150 });
});

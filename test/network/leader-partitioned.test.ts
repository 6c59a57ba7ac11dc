import { eventually } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { show } from "../show.ts";
import { networkedCluster, roles } from "./networked-cluster.ts";
import { caughtUp, latestTerm, Ordeal, stepsDown } from "./ordeal.ts";
import { LEADER_PARTITIONS } from "./partitions.ts";

/** The default. A follower that hears nothing campaigns after one to two of them. */
const ELECTION_TIMEOUT_MS = 1000;
/** Two of them, one election, and a machine that is busy. */
const SERVED_WITHIN_MS = 3000;
/** Without a majority it steps down after one. */
const STEPS_DOWN_WITHIN_MS = 2 * ELECTION_TIMEOUT_MS;
/** Its old connections are given up within 1.5 s, a dial within 1 s. */
const BACK_WITHIN_MS = 5000;
/** One election, and one more in case that two campaign at once. */
const TERMS_MAX = 2;
const stage = networkedCluster();

test.each(Object.entries(LEADER_PARTITIONS))(
  "a leader that %s steps down, another serves, and the old one tells nothing old",
  async (kind, partition) => {
    const { cluster, network } = stage();
    await using ordeal = await Ordeal.begin(kind, cluster);
    const all = await roles(cluster);
    const before = await latestTerm(cluster);

    await network.suffer(partition(all));

    const since = performance.now();
    const [servedMs, downMs] = await Promise.all([
      ordeal.served(since, { not: all.leader }),
      stepsDown(all.leader, since),
    ]);
    const led = await eventually(
      async () => {
        const statuses = await Promise.all(cluster.nodes.map((node) => node.status()));
        return statuses.filter((status) => status.kind === "up" && status.isLeader).length;
      },
      { within: SERVED_WITHIN_MS, what: "answers of all nodes" },
    );
    await ordeal.writes.more(100);
    const healedAt = performance.now();
    await network.heal();
    const backMs = await caughtUp(cluster, all.leader, healedAt);
    await ordeal.writes.more(50);
    const terms = (await latestTerm(cluster)) - before;

    show(`leader ${kind}`, { servedMs, downMs, backMs, terms });
    expect(led).toBe(1);
    expect(servedMs).toBeLessThan(SERVED_WITHIN_MS);
    expect(downMs).toBeLessThan(STEPS_DOWN_WITHIN_MS);
    expect(backMs).toBeLessThan(BACK_WITHIN_MS);
    expect(terms).toBeGreaterThan(0);
    expect(terms).toBeLessThanOrEqual(TERMS_MAX);
    expect((await cluster.leader()).id).not.toBe(all.leader.id);
    expect(ordeal.writes.failed.filter(({ node }) => node === undefined)).toEqual([]);
    await ordeal.judge({ atLeast: 300 });
  },
);

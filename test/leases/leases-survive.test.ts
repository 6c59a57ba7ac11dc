import { type Cluster, eventually, type NodeProcess } from "@holdfast/testkit";
import { Etcd3 } from "etcd3";
import { expect, onTestFinished, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";
import { show } from "../show.ts";
import { KeptLease } from "./kept-lease.ts";

const TTL_S = 2;
const TTL_MS = 1000 * TTL_S;
/** Until somebody leads and has an entry of its own, what that one adds, and its look at what is due. */
const FAILOVER_MS = 2_000 + 1_000 + 100;
/** For machines that are busy. */
const SLACK_MS = 5_000;
const cluster = sharedCluster();

/** A client of nodes that stay reachable. */
function clientOf(nodes: readonly NodeProcess[]): Etcd3 {
  const client = new Etcd3({ hosts: nodes.map((node) => node.client) });
  onTestFinished(() => client.close());
  return client;
}

/** Looks at a lease's key until so long has passed; the renewals go on. */
async function isHeldFor(lease: KeptLease, ms: number): Promise<boolean> {
  const since = performance.now();
  let isHeld = true;
  await eventually(
    async () => {
      isHeld &&= await lease.isHeld();
      return !isHeld || performance.now() - since >= ms;
    },
    { within: ms + 20_000 },
  );
  return isHeld;
}

async function leaderAndOthers(of: Cluster) {
  const leader = await of.leader();
  return { leader, others: of.others(leader) };
}

test("a lease that is kept alive survives the leader's death; one that is not ends in time", async () => {
  const { leader, others } = await leaderAndOthers(cluster());
  const client = clientOf(others);
  const kept = await KeptLease.grant(client, "kept", TTL_S);
  onTestFinished(() => kept.stop());
  await client.lease(TTL_S, { autoKeepAlive: false }).put("left").value("alone");
  const grantedAt = performance.now();

  await leader.kill();
  let diedAt = Number.NaN;
  const dying = eventually(
    async () => {
      const askedAt = performance.now();
      const found = await client.get("left").catch(() => "no answer");
      if (found === null) diedAt = askedAt;
      return found === null;
    },
    { within: TTL_MS + FAILOVER_MS + SLACK_MS, what: "the end of a lease that nobody renews" },
  );
  const isHeld = await isHeldFor(kept, 2.5 * TTL_MS);
  await dying;

  expect({ isHeld, lostAt: kept.lostAt }).toEqual({ isHeld: true, lostAt: undefined });
  expect(kept.renewals).toBeGreaterThan(3);
  show("a lease that nobody renews, leader killed", { endedAfterMs: diedAt - grantedAt });
  // Its put may have been applied a moment before it was answered.
  expect(diedAt - grantedAt).toBeGreaterThan(TTL_MS - 500);
  kept.stop();
  await mend(cluster());
});

test("a lease that is kept alive survives a leader that is stopped and wakes up", async () => {
  const { leader, others } = await leaderAndOthers(cluster());
  const kept = await KeptLease.grant(clientOf(others), "kept", TTL_S);
  onTestFinished(() => kept.stop());

  leader.pause();
  const whileStopped = await isHeldFor(kept, 1.5 * TTL_MS);
  leader.resume();
  const afterwards = await isHeldFor(kept, TTL_MS);

  expect({ whileStopped, afterwards, lostAt: kept.lostAt }).toEqual({
    whileStopped: true,
    afterwards: true,
    lostAt: undefined,
  });
  kept.stop();
  await mend(cluster());
});

test("a lease survives that all nodes are stopped for longer than it lives", async () => {
  const kept = await KeptLease.grant(clientOf(cluster().nodes), "kept", TTL_S);
  onTestFinished(() => kept.stop());
  const before = kept.renewals;
  await eventually(async () => kept.renewals > before, { within: 5_000 });

  for (const node of cluster().nodes) node.pause();
  const pausedAt = performance.now();
  await eventually(async () => performance.now() - pausedAt >= 1.5 * TTL_MS, { within: 10_000 });
  for (const node of cluster().nodes) node.resume();
  const isHeld = await isHeldFor(kept, 1.5 * TTL_MS);

  expect({ isHeld, lostAt: kept.lostAt }).toEqual({ isHeld: true, lostAt: undefined });
});

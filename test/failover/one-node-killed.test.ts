import type { NodeProcess } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";

/** The default: what losing a host costs. A killed process must be noticed sooner. */
const ELECTION_TIMEOUT_MS = 1000;
const cluster = sharedCluster();

/** Clients of both kinds write through every node while one is killed with SIGKILL, and for a while after. */
async function writesWhileKilling(prefix: string, victim: NodeProcess) {
  await using writes = new UniqueWrites(prefix);
  await writes.addSdk(cluster(), 4);
  for (const node of cluster().nodes) writes.addEtcd(node, 3);
  await writes.more(300);
  const killedAt = performance.now();
  await victim.kill();
  await writes.more(300);
  await writes.stop();
  await mend(cluster());
  await using client = await cluster().connect();
  return { writes, killedAt, lost: await writes.lost(client) };
}

test("kill -9 of the leader loses no acknowledged write, and no client of the others sees an error", async () => {
  const leader = await cluster().leader();

  const { writes, lost } = await writesWhileKilling("leader-killed/", leader);

  expect(lost).toEqual([]);
  expect(writes.failed.filter(({ node }) => node !== leader.id)).toEqual([]);
});

test("after kill -9 of the leader another node accepts a write before an election timeout has passed", async () => {
  const leader = await cluster().leader();

  const { writes, killedAt } = await writesWhileKilling("leader-gone/", leader);

  const next = writes.acknowledged.find(
    ({ node, startedAt }) => startedAt >= killedAt && node !== undefined && node !== leader.id,
  );
  expect(next).toBeDefined();
  expect((next?.acknowledgedAt ?? Infinity) - killedAt).toBeLessThan(ELECTION_TIMEOUT_MS);
});

test("kill -9 of a follower loses no acknowledged write, disturbs nobody and elects nobody", async () => {
  const leader = await cluster().leader();
  const [victim] = cluster().others(leader);
  if (victim === undefined) throw new Error("there is no follower");

  const { writes, lost } = await writesWhileKilling("follower-killed/", victim);

  expect(lost).toEqual([]);
  expect(writes.failed.filter(({ node }) => node !== victim.id)).toEqual([]);
  expect((await cluster().leader()).id).toBe(leader.id);
});

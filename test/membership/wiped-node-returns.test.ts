import { expectLinearizable, KeyContest, recordHistory } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { allCaughtUp, mend, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";
import { members, voterNames, votes } from "./operator.ts";

/** The nodes share this machine with other tests; full speed is for those that have it to themselves. */
const LOAD = { perSecond: 100 };
const cluster = sharedCluster();

test("a wiped node is admitted again by itself, and the cluster then survives the loss of another", async () => {
  const history = recordHistory();
  await using writes = new UniqueWrites("wiped/", { history, ...LOAD });
  await using contest = new KeyContest("contest/", history, LOAD);
  await writes.addSdk(cluster(), 2);
  await contest.addSdk(cluster(), 2);
  await writes.more(200);
  const leader = await cluster().leader();
  const [wiped, follower] = cluster().others(leader);
  if (wiped === undefined || follower === undefined) throw new Error("there are no three nodes");
  const before = (await members(cluster())).find(({ name }) => name === wiped.id);

  await wiped.kill();
  await wiped.wipe();
  await wiped.start();

  const after = await votes(cluster(), wiped);
  expect(after.id).not.toBe(before?.id);
  expect(await voterNames(cluster())).toEqual(["n1", "n2", "n3"]);
  await follower.kill();
  // Without the wiped one these would have no majority.
  await writes.more(200);
  await contest.more(50);
  await Promise.all([writes.stop(), contest.stop()]);
  await mend(cluster());
  await allCaughtUp(cluster());
  await using client = await cluster().connect();
  await contest.end(client);
  expect(await writes.lost(client)).toEqual([]);
  expect(writes.failed).toEqual([]);
  expectLinearizable(history, { atLeast: 500 });
});

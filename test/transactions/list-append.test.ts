import { expectStrictlySerializable, ListAppendContest } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";

/** The nodes share this machine with other tests. */
const LOAD = { perSecond: 250 };
const PATIENT = { timeoutMs: 5000 };
/** It gives up sooner than any leader is elected: what it asked of the one that died has an unknown outcome. */
const HASTY = { timeoutMs: 40, readsLocally: true };
const cluster = sharedCluster();

test("transactions on lists are strictly serializable while the leader is killed and comes back", async () => {
  await using contest = new ListAppendContest("lists/", LOAD);
  await contest.add(cluster(), 5, PATIENT);
  await contest.add(cluster(), 3, HASTY);
  await contest.more(40);
  const leader = await cluster().leader();
  await leader.kill();
  await contest.more(50);
  await leader.start();
  await contest.more(30);
  await contest.stop();
  await mend(cluster());
  await using client = await cluster().connect();
  await contest.end(client);

  expectStrictlySerializable(contest.history, { atLeast: 120 });
  // They met one another, and the kills.
  expect(contest.count("aborted")).toBeGreaterThan(5);
  expect(contest.count("unknown")).toBeGreaterThan(0);
});

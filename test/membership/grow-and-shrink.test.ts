import { expectLinearizable, KeyContest, recordHistory } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";
import { longestGapMs } from "../write-gaps.ts";
import { join, operate, saysRemoved, voterNames } from "./operator.ts";

/** The default: what losing a host costs. Nothing here is lost. */
const ELECTION_TIMEOUT_MS = 1000;
/** On a machine with nothing else to do it takes a fraction of it. */
const RESIZES_WITHIN_MS = 120_000;
/** The nodes share this machine with other tests; full speed is for those that have it to themselves. */
const LOAD = { perSecond: 100 };
const cluster = sharedCluster();

test(
  "a cluster goes from three nodes to five and back under load, with its leader among those removed",
  async () => {
    const history = recordHistory();
    await using writes = new UniqueWrites("resized/", { history, ...LOAD });
    await using contest = new KeyContest("contest/", history, LOAD);
    // Few, because five nodes share this machine with them.
    await writes.addSdk(cluster(), 1);
    await contest.addSdk(cluster(), 1);
    writes.addEtcd(cluster().node("n2"), 1);
    contest.addEtcd(cluster().node("n3"), 1);
    await writes.more(200);

    await join(cluster());
    const five = await join(cluster());
    expect(await voterNames(cluster())).toEqual(["n1", "n2", "n3", "n4", "n5"]);
    await writes.more(200);
    const grown = performance.now();

    const first = cluster().node("n1");
    await operate(cluster(), "move-leader", "n1");
    for (const node of [first, five]) {
      await operate(cluster(), "member", "remove", node.id);
      expect(await saysRemoved(node, ELECTION_TIMEOUT_MS)).toContain(
        "this node was removed from its cluster: stop it, and remove its directory",
      );
      expect(await node.logs()).toContain("this node was removed from its cluster");
    }
    await writes.more(200);
    const shrunk = performance.now();
    await Promise.all([writes.stop(), contest.stop()]);
    for (const node of [first, five]) await cluster().dropNode(node);

    expect(await voterNames(cluster())).toEqual(["n2", "n3", "n4"]);
    await allCaughtUp(cluster());
    await using client = await cluster().connect();
    await contest.end(client);
    expect(await writes.lost(client)).toEqual([]);
    expect(writes.failed).toEqual([]);
    expect(longestGapMs(writes, grown, shrunk)).toBeLessThan(ELECTION_TIMEOUT_MS / 2);
    expectLinearizable(history, { atLeast: 700 });
  },
  RESIZES_WITHIN_MS,
);

test("a node that is removed while it is down finds out when it comes back", async () => {
  const leader = await cluster().leader();
  const [down] = cluster().others(leader);
  if (down === undefined) throw new Error("there is no other node");
  await down.kill();
  await operate(cluster(), "member", "remove", down.id);

  await down.start();

  expect(await saysRemoved(down, 10_000)).toContain("this node was removed from its cluster");
  await cluster().dropNode(down);
});

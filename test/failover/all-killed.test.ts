import { expectLinearizable, KeyContest, recordHistory } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";

const cluster = sharedCluster();

test("kill -9 of all three amid writes loses no acknowledged write, and nobody can tell by the answers", async () => {
  const history = recordHistory();
  await using writes = new UniqueWrites("all-killed/", { history });
  await using contest = new KeyContest("all-killed-contest/", history);
  await contest.addSdk(cluster(), 4);
  for (const node of cluster().nodes) {
    writes.addEtcd(node, 8);
    contest.addEtcd(node, 1);
  }
  await writes.more(500);

  await Promise.all(cluster().nodes.map((node) => node.kill()));
  await writes.stop();
  await Promise.all(cluster().nodes.map((node) => node.start()));
  await contest.more(300);

  await contest.stop();
  await mend(cluster());
  await using client = await cluster().connect();
  await contest.end(client);
  expect(await writes.lost(client)).toEqual([]);
  expectLinearizable(history, { atLeast: 1000 });
});

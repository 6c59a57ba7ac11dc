import { expect, test } from "vitest";
import { mend, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";

const cluster = sharedCluster();

test("kill -9 of all three amid writes loses no acknowledged write", async () => {
  await using writes = new UniqueWrites("all-killed/");
  for (const node of cluster().nodes) writes.addEtcd(node, 8);
  await writes.more(500);

  await Promise.all(cluster().nodes.map((node) => node.kill()));
  await writes.stop();
  await mend(cluster());

  await using client = await cluster().connect();
  expect(await writes.lost(client)).toEqual([]);
});

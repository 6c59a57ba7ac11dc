import {
  eventually,
  expectLinearizable,
  KeyContest,
  type NodeProcess,
  recordHistory,
} from "@holdfast/testkit";
import { expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";
import { longestGapMs } from "../write-gaps.ts";
import { join, members, operate, saysRemoved, voterNames, votes } from "./operator.ts";

/** A quorum of two of which one is not there would block writes for good; what is measured here is noise. */
const GAP_MS_MAX = 500;
const HEARD_WITHIN_MS = 5_000;
const REMOVED_WITHIN_MS = 10_000;
/** The nodes share this machine with other tests; full speed is for those that have it to themselves. */
const LOAD = { perSecond: 100 };
const cluster = sharedCluster({ nodes: 1 });

test("adding a voter to a single node blocks no write before the new node is started", async () => {
  const history = recordHistory();
  await using writes = new UniqueWrites("second/", { history, ...LOAD });
  await using contest = new KeyContest("contest/", history, LOAD);
  await writes.addSdk(cluster(), 2);
  await contest.addSdk(cluster(), 2);
  await writes.more(100);
  const second = await cluster().addNode();

  const since = performance.now();
  const told = await operate(cluster(), "member", "add", second.id, "--peer", second.peer);
  await writes.more(200);
  const gapMs = longestGapMs(writes, since, performance.now());

  expect(told).toContain(`${second.id} is added: it votes once its node has joined and caught up`);
  const added = (await members(cluster())).find(({ name }) => name === second.id);
  expect(added).toMatchObject({ isStarted: false, isPromoting: true });
  expect(gapMs).toBeLessThan(GAP_MS_MAX);

  await second.start();
  await votes(cluster(), second);
  await writes.more(100);
  await Promise.all([writes.stop(), contest.stop()]);
  expect(await voterNames(cluster())).toEqual(["n1", "n2"]);
  await allCaughtUp(cluster());
  await using client = await cluster().connect();
  await contest.end(client);
  expect(await writes.lost(client)).toEqual([]);
  expect(writes.failed).toEqual([]);
  expectLinearizable(history, { atLeast: 400 });
});

test("a client that asks nothing meanwhile follows a cluster whose nodes are all replaced", async () => {
  await using idle = await cluster().connect();
  await idle.put("kept", "from before");
  const first = [...cluster().nodes];

  const { client: address } = await join(cluster());
  await eventually(async () => idle.endpoints.includes(address), {
    within: HEARD_WITHIN_MS,
    what: "the client knows the new node",
  });
  const watches = first.map((node) => watchOf(node));
  for (const node of first) {
    await operate(cluster(), "member", "remove", node.id);
    await saysRemoved(node, REMOVED_WITHIN_MS);
  }

  // Who listens to a removed node is told to listen elsewhere.
  expect((await Promise.all(watches)).every((text) => text.includes('"error"'))).toBe(true);
  expect((await idle.get("kept"))?.text()).toBe("from before");
  await idle.put("kept", "from after");
  for (const node of first) await cluster().dropNode(node);
  expect((await idle.get("kept"))?.text()).toBe("from after");
});

/** All that a watch of one key is told by a node, once that has ended it. */
async function watchOf(node: NodeProcess): Promise<string> {
  const body = JSON.stringify({ create_request: { key: "YQ==" } });
  const response = await fetch(`http://${node.client}/v3/watch`, { method: "POST", body });
  return response.text();
}

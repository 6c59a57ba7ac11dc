import { EtcdEndpoint } from "@holdfast/client";
import type { NodeProcess } from "@holdfast/testkit";
import { afterAll, expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";

const CALL = { timeoutMs: 5000 };
const cluster = sharedCluster();

const endpoints = new Map<string, EtcdEndpoint>();
afterAll(() => {
  for (const endpoint of endpoints.values()) endpoint.close();
});

function endpointOf(node: NodeProcess): EtcdEndpoint {
  const endpoint = endpoints.get(node.id) ?? new EtcdEndpoint(node.client);
  endpoints.set(node.id, endpoint);
  return endpoint;
}

async function textOn(
  node: NodeProcess,
  key: string,
  { serializable }: { readonly serializable: boolean },
): Promise<string | undefined> {
  const value = await endpointOf(node).get(key, { ...CALL, serializable });
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

test("exactly one node leads, and all agree on which, on the term and on the cluster", async () => {
  const leader = await cluster().leader();

  const statuses = await Promise.all(cluster().nodes.map((node) => node.status()));

  const up = statuses.filter((status) => status.kind === "up");
  expect(up).toHaveLength(3);
  expect(up.filter(({ isLeader }) => isLeader).map(({ endpoint }) => endpoint)).toEqual([
    leader.client,
  ]);
  expect(new Set(up.map(({ leaderId }) => leaderId)).size).toBe(1);
  expect(new Set(up.map(({ raftTerm }) => raftTerm)).size).toBe(1);
  expect(new Set(up.map(({ clusterId }) => clusterId)).size).toBe(1);
  expect(new Set(up.map(({ memberId }) => memberId)).size).toBe(3);
});

test("a write reaches every node: the same applied index, revision and value", async () => {
  const leader = await cluster().leader();
  await endpointOf(leader).put("replicated", "everywhere", CALL);

  await allCaughtUp(cluster());

  for (const node of cluster().nodes) {
    expect(await textOn(node, "replicated", { serializable: true })).toBe("everywhere");
  }
});

test("a follower accepts writes", async () => {
  const leader = await cluster().leader();
  const [follower] = cluster().others(leader);
  if (follower === undefined) throw new Error("there is no follower");

  const { revision } = await endpointOf(follower).put("through", "a follower", CALL);

  expect(revision).toBeGreaterThan(1);
  expect(await textOn(leader, "through", { serializable: false })).toBe("a follower");
});

test("a linearizable read on any node sees what was just acknowledged on another", async () => {
  const { nodes } = cluster();
  for (let round = 0; round < 30; round++) {
    const writer = nodes[round % nodes.length];
    if (writer === undefined) throw new Error("there is no such node");

    await endpointOf(writer).put("fresh", String(round), CALL);
    const read = await Promise.all(
      nodes.map((node) => textOn(node, "fresh", { serializable: false })),
    );

    expect(read).toEqual(nodes.map(() => String(round)));
  }
});

test("revisions rise by one with each write, whichever node it comes through", async () => {
  const revisions: number[] = [];
  for (const node of [...cluster().nodes, ...cluster().nodes]) {
    revisions.push((await endpointOf(node).put("counted", node.id, CALL)).revision);
  }

  const first = revisions[0] ?? 0;
  expect(revisions).toEqual(revisions.map((_, at) => first + at));
});

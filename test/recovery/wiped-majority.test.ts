import { EtcdEndpoint } from "@holdfast/client";
import { eventually, type NodeProcess } from "@holdfast/testkit";
import { beforeAll, expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";

/** Unborn nodes ask one another every 100 ms: enough for many rounds. */
const ROUNDS_MS = 1000;

const cluster = sharedCluster();

let survivor: NodeProcess;
let wiped: readonly NodeProcess[];

// n1 among the wiped: of unborn nodes the smallest name forms the cluster, if any does.
beforeAll(async () => {
  survivor = cluster().node("n2");
  wiped = cluster().others(survivor);
  await using client = await cluster().connect();
  await client.put("kept", "by the survivor");
  // A majority may be without the survivor; what only the others hold goes with them.
  await allCaughtUp(cluster());
  await Promise.all(wiped.map(startEmpty));
});

test("two wiped nodes of three form no empty cluster", async () => {
  await staysUnborn(wiped);
});

test("a wiped node says that the cluster knows it by another store", async () => {
  for (const node of wiped) {
    expect(await saidBy(node)).toContain(`knows ${node.id} by another store`);
    expect(await healthOf(node)).toMatchObject({
      status: 503,
      health: "false",
      reason: expect.stringContaining("another store"),
    });
  }
});

test("the survivor says that it waits for a majority, and for whom", async () => {
  const said = await eventually(
    async () => /2 of 3 members are needed, .*missing: (.*)/.exec(await saidBy(survivor))?.[1],
    { within: 5000 },
  );
  expect(said.split(", ").sort()).toEqual(["n1", "n3"]);
  expect(await healthOf(survivor)).toMatchObject({
    status: 503,
    reason: expect.stringContaining("2 of 3 members are needed"),
  });
});

test("two wiped nodes whose third is silent wait for it by name, also in their logs", async () => {
  await survivor.kill();

  await Promise.all(
    wiped.map((node) =>
      eventually(async () => (await saidBy(node)).includes(`silent: n2 (${survivor.peer})`), {
        within: 5000,
      }),
    ),
  );

  await staysUnborn(wiped);
  for (const node of wiped) expect(await node.logs()).toContain("unborn: waiting");
});

test("a survivor is not taken for unborn while it starts", async () => {
  for (let restart = 0; restart < 3; restart++) {
    await survivor.kill();
    await survivor.start();
    await eventually(() => saidBy(survivor), { within: 10_000 });
  }

  await staysUnborn(wiped);
});

test("the survivor's data can still be read where it is", async () => {
  const endpoint = new EtcdEndpoint(survivor.client);

  const value = await endpoint.get("kept", { timeoutMs: 1000, serializable: true });

  endpoint.close();
  expect(new TextDecoder().decode(value)).toBe("by the survivor");
});

async function startEmpty(node: NodeProcess): Promise<void> {
  await node.kill();
  await node.wipe();
  await node.start();
}

/** Watches for a while that none of them becomes a member of anything. */
async function staysUnborn(nodes: readonly NodeProcess[]): Promise<void> {
  await Promise.all(nodes.map((node) => eventually(() => saidBy(node), { within: 10_000 })));
  const since = performance.now();
  const outcome = await eventually(
    async () => {
      for (const node of nodes) {
        const status = await node.status();
        if (status.kind === "up" && status.memberId !== 0)
          return `${node.id} became member ${status.memberId}`;
      }
      return performance.now() - since > ROUNDS_MS ? "unborn" : false;
    },
    { within: 10 * ROUNDS_MS },
  );
  expect(outcome).toBe("unborn");
}

/** What a node says is wrong with it. @throws Error while it does not answer. */
async function saidBy(node: NodeProcess): Promise<string> {
  const status = await node.status();
  if (status.kind === "down") throw new Error(`${node.id} is down: ${status.reason}`);
  return status.errors.join("\n");
}

async function healthOf(
  node: NodeProcess,
): Promise<{ readonly status: number; readonly health: string; readonly reason: string }> {
  const answer = await fetch(`http://${node.client}/health`);
  const body = (await answer.json()) as { readonly health: string; readonly reason: string };
  return { status: answer.status, ...body };
}

import { type Cluster, eventually, type NodeProcess, startCluster } from "@holdfast/testkit";
import { expect, test } from "vitest";

/** Unborn nodes ask one another every 100 ms: enough for many rounds. */
const ROUNDS_MS = 2000;

test("two wiped nodes of three form no empty cluster, and all three say what they wait for", async () => {
  await using cluster = await startCluster();
  await put(cluster, "kept", "by the survivor");
  const [survivor, ...wiped] = [cluster.node("n1"), cluster.node("n2"), cluster.node("n3")];

  await Promise.all(wiped.map(startEmpty));

  await staysUnborn(wiped);
  for (const node of wiped) {
    expect(await saidBy(node)).toContain(`knows ${node.id} by another store`);
    expect(await healthOf(node)).toMatchObject({ status: 503, health: "false" });
    expect((await healthOf(node)).reason).toContain("another store");
  }
  const said = await saidBy(survivor);
  for (const { id } of wiped) expect(said).toContain(id);
  expect((await healthOf(survivor)).reason).toContain("2 of 3 members are needed");
});

test("two wiped nodes whose third is silent wait for it by name", async () => {
  await using cluster = await startCluster();
  const [silent, ...wiped] = [cluster.node("n3"), cluster.node("n1"), cluster.node("n2")];
  await silent.kill();

  await Promise.all(wiped.map(startEmpty));

  await staysUnborn(wiped);
  for (const node of wiped) {
    expect(await saidBy(node)).toContain(`silent: n3 (${silent.peer})`);
    expect(await node.logs()).toContain("unborn: waiting");
  }
});

test("a survivor is not taken for unborn while it starts", async () => {
  await using cluster = await startCluster();
  await put(cluster, "kept", "by the survivor");
  const [survivor, ...wiped] = [cluster.node("n2"), cluster.node("n1"), cluster.node("n3")];
  await survivor.kill();
  await Promise.all(wiped.map(startEmpty));

  for (let restart = 0; restart < 5; restart++) {
    await survivor.start();
    await eventually(async () => (await survivor.status()).kind === "up", { within: 10_000 });
    await survivor.kill();
  }
  await survivor.start();

  await staysUnborn(wiped);
  await eventually(async () => (await saidBy(survivor)).includes("missing: n1, n3"), {
    within: 10_000,
  });
});

async function put(cluster: Cluster, key: string, value: string): Promise<void> {
  await using client = await cluster.connect();
  await client.put(key, value);
}

async function startEmpty(node: NodeProcess): Promise<void> {
  await node.kill();
  await node.wipe();
  await node.start();
}

/** Watches for a while that none of them becomes a member of anything. */
async function staysUnborn(nodes: readonly NodeProcess[]): Promise<void> {
  await Promise.all(nodes.map((node) => eventually(() => saidBy(node), { within: 10_000 })));
  const since = performance.now();
  await eventually(
    async () => {
      for (const node of nodes) {
        const status = await node.status();
        if (status.kind === "up" && status.memberId !== 0)
          return `${node.id} became member ${status.memberId}`;
      }
      return performance.now() - since > ROUNDS_MS ? "unborn" : false;
    },
    { within: 2 * ROUNDS_MS },
  ).then((outcome) => expect(outcome).toBe("unborn"));
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

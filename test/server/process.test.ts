import { rename } from "node:fs/promises";
import { eventually } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { holdfast } from "../run-command.ts";
import { mend, sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";

const STOPS_WITHIN_MS = 3000;
const cluster = sharedCluster();

test("SIGTERM ends an idle node with exit status 0 in under 3 s", async () => {
  const leader = await cluster().leader();
  const [follower] = cluster().others(leader);
  const since = performance.now();

  const status = await follower?.stop();

  expect(performance.now() - since).toBeLessThan(STOPS_WITHIN_MS);
  expect(status).toEqual({ code: 0, signal: undefined });
  await mend(cluster());
});

test("SIGTERM ends the leader amid writes with exit status 0 in under 3 s, and loses none", async () => {
  const leader = await cluster().leader();
  await using writes = new UniqueWrites("stopped/");
  await writes.addSdk(cluster(), 8);
  await writes.more(200);
  const since = performance.now();

  const status = await leader.stop();

  expect(performance.now() - since).toBeLessThan(STOPS_WITHIN_MS);
  expect(status).toEqual({ code: 0, signal: undefined });
  await writes.more(200);
  await writes.stop();
  await using client = await cluster().connect();
  expect(await writes.lost(client)).toEqual([]);
  expect(writes.failed).toEqual([]);
  await mend(cluster());
});

test("a second process on the same directory is refused with the pid of the first", async () => {
  const [node] = cluster().nodes;
  if (node === undefined) throw new Error("there is no node");

  const { code, stdout, stderr } = await holdfast([
    "serve",
    "--config",
    cluster().configPath,
    "--node",
    node.id,
  ]);

  expect(code).toBe(1);
  expect(stdout + stderr).toContain(`process ${node.pid}`);
  expect(stdout + stderr).toContain(node.data);
  await eventually(async () => (await node.status()).kind === "up", { within: 2000 });
});

test("a directory of another node is refused with the name of its owner", async () => {
  const [one, other] = cluster().nodes;
  if (one === undefined || other === undefined) throw new Error("there are no two nodes");
  await other.kill();
  const elsewhere = `${other.data}-elsewhere`;
  await rename(other.data, elsewhere);
  const node = ["--config", cluster().configPath, "--node", one.id, "--data", elsewhere];

  const { code, stdout, stderr } = await holdfast(["serve", ...node]);

  await rename(elsewhere, other.data);
  expect(code).toBe(1);
  expect(stdout + stderr).toContain(`belongs to node ${other.id}, not to ${one.id}`);
  await mend(cluster());
});

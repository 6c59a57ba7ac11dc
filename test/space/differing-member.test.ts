import { damageState, etcdctl, eventually, type NodeProcess, requireTool } from "@holdfast/testkit";
import { beforeEach, expect, test } from "vitest";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";

const FOUND_WITHIN_MS = 20_000;
const KEYS = 20;

const cluster = sharedCluster({ limits: { hashCheckMs: 1_000 }, expectsErrors: true });

beforeEach((context) => requireTool("etcdctl", context));

test("a member whose disk changed a value is named by an alarm and stops; rebuilt, it is as the others", async () => {
  await using store = await cluster().connect();
  for (let key = 0; key < KEYS; key++) await store.put(`key/${key}`, `value ${key}`);
  await allCaughtUp(cluster());
  const [damaged] = cluster().others(await cluster().leader());
  if (damaged === undefined) throw new Error("three nodes have a follower");
  const id = await memberIdOf(damaged);
  await damaged.stop();
  await damageState(damaged);
  await damaged.start();

  const listed = await eventually(
    async () => (await askOthers(damaged, "alarm", "list")) || false,
    {
      within: FOUND_WITHIN_MS,
      what: "an alarm",
    },
  );

  expect(listed).toBe(`memberID:${id} alarm:CORRUPT \n`);
  expect(await damaged.exited()).toMatchObject({ code: 1 });
  expect(await damaged.logs()).toContain("this member's state differs from that of the others");
  expect(await askOthers(damaged, "put", "key", "value")).toContain("etcdserver: corrupt cluster");

  await damaged.wipe();
  await damaged.start();
  expect(await askOthers(damaged, "alarm", "disarm")).toBe(listed);
  expect(await askOthers(damaged, "put", "key", "value")).toBe("OK\n");
  await allCaughtUp(cluster());
  expect(new Set(await Promise.all(cluster().nodes.map(hashOf))).size).toBe(1);
}, 60_000);

/** What etcdctl prints when it asks the other nodes. */
async function askOthers(node: NodeProcess, ...args: readonly string[]): Promise<string> {
  const endpoints = cluster()
    .others(node)
    .map(({ client }) => client);
  const { stdout, stderr } = await etcdctl(cluster(), args, { endpoints });
  return `${stdout}${stderr}`;
}

async function memberIdOf(node: NodeProcess): Promise<number> {
  const status = await node.status();
  if (status.kind === "down") throw new Error(status.reason);
  return status.memberId;
}

async function hashOf({ client }: NodeProcess): Promise<string> {
  const { stdout } = await etcdctl(cluster(), ["endpoint", "hashkv"], { endpoints: [client] });
  return stdout.split(", ")[1] ?? client;
}

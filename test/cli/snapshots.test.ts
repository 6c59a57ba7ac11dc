import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, EtcdEndpoint } from "@holdfast/client";
import {
  etcdctl,
  requireTool,
  type TemporaryDirectory,
  temporaryDirectory,
} from "@holdfast/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandResult, holdfast, RunningCommand } from "../run-command.ts";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";
import { writeClusterFile } from "./cluster-file.ts";

const STARTS_WITHIN_MS = 20_000;
const KEYS = 300;
const BUMP = 1_000_000_000;
const cluster = sharedCluster({ nodes: 1 });
let directory: TemporaryDirectory;

beforeAll(async () => {
  directory = await temporaryDirectory();
  await using store = await connect(cluster().endpoints);
  for (let at = 0; at < KEYS; at++) await store.put(`k${at % 100}`, `v${at}`);
  await store.delete("k0");
  await allCaughtUp(cluster());
});
afterAll(() => directory.remove());

function run(...args: readonly string[]): Promise<CommandResult> {
  return holdfast(["--endpoints", cluster().endpoints.join(","), ...args]);
}

const at = (name: string): string => join(directory.path, name);

test("etcdctl saves a snapshot, of which holdfast can tell everything", async (context) => {
  requireTool("etcdctl", context);
  const file = at("by-etcdctl.db");

  const saved = await etcdctl(cluster(), ["snapshot", "save", file], {
    endpoints: cluster().endpoints.slice(0, 1),
  });

  expect(saved).toMatchObject({ code: 0 });
  const { code, stdout } = await run("snapshot", "status", file, "-o", "json");
  expect(code).toBe(0);
  const bytes = await readFile(file);
  expect(JSON.parse(stdout)).toMatchObject({
    revision: KEYS + 2,
    totalKey: 99,
    totalSize: bytes.length,
    compactRevision: -1,
  });
  expect(bytes.length % 512).toBe(32);
  expect(createHash("sha256").update(bytes.subarray(0, -32)).digest()).toEqual(bytes.subarray(-32));
});

test("a cluster that begins with a snapshot has all of it, and no revision of the old one", async () => {
  const file = at("saved.db");
  const saved = await run("snapshot", "save", file);
  expect(saved).toMatchObject({ code: 0, stdout: expect.stringMatching(/TOTAL KEYS/) });
  const { path, config } = await writeClusterFile(await subdirectory("new"), { nodes: 3 });

  const restored = await holdfast(["snapshot", "restore", file, "--config", path, "-o", "json"]);

  expect(restored).toMatchObject({ code: 0, stderr: "" });
  const revision = KEYS + 2 + BUMP;
  expect(JSON.parse(restored.stdout)).toMatchObject({ revision, compactRevision: revision });
  await using up = new RunningCommand(["up", path]);
  await up.prints(/Ctrl-C/, { within: STARTS_WITHIN_MS });
  await using store = await connect(config.nodes.map(({ client }) => client));
  expect((await store.get("k1"))?.text()).toBe("v201");
  expect(await store.get("k0")).toBeUndefined();
  expect(await store.put("new", "1")).toMatchObject({ revision: revision + 1 });
  const endpoints = ["--endpoints", config.nodes.map(({ client }) => client).join(",")];
  expect(await holdfast([...endpoints, "hash"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^AGREE: 3 nodes/),
  });
  expect(await holdfast([...endpoints, "get", "k1", "--rev", String(KEYS + 2)])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("COMPACTED"),
  });
  const [mine, theirs] = await Promise.all([
    clusterOf(config.nodes[0]?.client ?? ""),
    clusterOf(cluster().endpoints[0] ?? ""),
  ]);
  expect(mine).not.toBe(theirs);
});

async function clusterOf(address: string): Promise<number> {
  const node = new EtcdEndpoint(address);
  const status = await node.status({ timeoutMs: 5000 });
  node.close();
  return status.kind === "up" ? status.clusterId : 0;
}

test("neither half a snapshot nor a directory in use is taken, and nothing comes of it", async () => {
  const file = at("whole.db");
  const half = at("half.db");
  await run("snapshot", "save", file);
  const whole = await readFile(file);
  await writeFile(half, whole.subarray(0, whole.length - 512));
  const { path, config } = await writeClusterFile(await subdirectory("damaged"), { nodes: 2 });

  const refused = await holdfast(["snapshot", "restore", half, "--config", path]);

  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("SNAPSHOT_DAMAGED") });
  expect((await readdir(join(directory.path, "damaged"))).sort()).toEqual(["cluster.yaml"]);
  expect(await holdfast(["snapshot", "restore", file, "--config", path])).toMatchObject({
    code: 0,
  });
  const before = await readdir(config.nodes[1]?.data ?? "");
  expect(await holdfast(["snapshot", "restore", file, "--config", path])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("error DIRECTORY_NOT_EMPTY"),
  });
  expect(await readdir(config.nodes[1]?.data ?? "")).toEqual(before);
});

async function subdirectory(name: string): Promise<string> {
  await mkdir(at(name));
  return at(name);
}

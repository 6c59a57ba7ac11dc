import { spawnSync } from "node:child_process";
import type { Holdfast, RequestError } from "@holdfast/client";
import { eventually, type NodeProcess, requireTool, startCluster } from "@holdfast/testkit";
import { expect, test } from "vitest";
import { allCaughtUp } from "../shared-cluster.ts";
import { roomOf } from "./node-room.ts";

const MIB = 1024 * 1024;
/** Less than a segment of the log, and enough for half of one. */
const FILE_BYTES_MAX = 24 * MIB;
const WITHIN = { within: 15_000 };

test("nodes whose files may not grow refuse writes in time, and a limit that is raised is enough to go on", async (context) => {
  requireTool("prlimit", context);
  await using cluster = await startCluster();
  // Set once they serve: a new store could not even begin its log under the limit.
  for (const node of cluster.nodes) limitFiles(node, String(FILE_BYTES_MAX));
  const leader = await cluster.leader();
  // Values of a mebibyte, dozens of them read at once, on a machine that others use too.
  await using client = await cluster.connect({ callTimeoutMs: 20_000 });

  const { acknowledged, refused } = await writeUntilRefused(client);

  expect(refused).toMatchObject({ code: "NO_SPACE", outcome: "not-applied" });
  const { isShort, errors } = await roomOf(leader);
  expect(isShort).toBe(true);
  expect(errors.join()).toMatch(/beyond the limit on the size of a file: raise it \(ulimit -f/);
  expect(await found(client, acknowledged)).toEqual(acknowledged);

  const [raised] = cluster.others(leader);
  if (raised === undefined) throw new Error("there are three nodes");
  limitFiles(raised, "unlimited");

  await eventually(async () => (await cluster.leader()) === raised, WITHIN);
  await eventually(() => client.put("after", "1"), WITHIN);
  for (const node of cluster.others(raised)) limitFiles(node, "unlimited");
  await allCaughtUp(cluster);
  expect(await found(client, acknowledged)).toEqual(acknowledged);
});

/** Large values one after the other: the keys that were acknowledged, and the first refusal. */
async function writeUntilRefused(client: Holdfast): Promise<{
  readonly acknowledged: readonly string[];
  readonly refused: RequestError;
}> {
  const acknowledged: string[] = [];
  for (;;) {
    const key = `large/${String(acknowledged.length).padStart(3, "0")}`;
    try {
      await client.put(key, "x".repeat(MIB));
      acknowledged.push(key);
    } catch (failure) {
      return { acknowledged, refused: failure as RequestError };
    }
  }
}

async function found(client: Holdfast, keys: readonly string[]): Promise<readonly string[]> {
  const entries = await Promise.all(keys.map((key) => client.get(key)));
  return keys.filter((_, at) => entries[at] !== undefined);
}

/** The soft limit, which a node's owner may raise again. */
function limitFiles({ pid }: NodeProcess, bytes: string): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`]);
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}

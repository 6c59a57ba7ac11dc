import { expect, test } from "vitest";
import { type CommandResult, holdfast } from "../run-command.ts";
import { allCaughtUp, sharedCluster } from "../shared-cluster.ts";

const cluster = sharedCluster();

function run(...args: readonly string[]): Promise<CommandResult> {
  return holdfast(["--endpoints", cluster().endpoints.join(","), ...args]);
}

async function lastRevision(): Promise<number> {
  const { stdout } = await run("put", "key", "value");
  return Number(/revision (\d+)/.exec(stdout)?.[1]);
}

test("compact gives up what lies before; what was given up is refused with exit status 3", async () => {
  const first = await lastRevision();
  const revision = await lastRevision();

  expect(await run("compact", String(revision))).toMatchObject({
    code: 0,
    stdout: `compacted revision ${revision}\n`,
  });

  const past = await run("get", "key", "--rev", String(first));
  const again = await run("compact", String(revision));
  expect(past).toMatchObject({ code: 3, stderr: expect.stringContaining("error COMPACTED") });
  expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining("error COMPACTED") });
});

test("compact --physical waits for the node's disk, and -o json has etcd's header", async () => {
  const revision = await lastRevision();

  const done = await run("compact", String(revision), "--physical", "-o", "json");

  expect(done).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(done.stdout)).toEqual({ header: { revision: String(revision) } });
});

test("compact of what is no revision, or of one to come, says so", async () => {
  expect(await run("compact", "latest")).toMatchObject({ code: 1 });
  expect(await run("compact", "100000")).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("error FUTURE_REVISION"),
  });
});

test("hash shows each node and says that they agree", async () => {
  const revision = await lastRevision();
  await allCaughtUp(cluster());

  const { code, stdout } = await run("hash");

  expect(code).toBe(0);
  const [verdict, , , ...rows] = stdout.trimEnd().split("\n");
  expect(verdict).toBe(`AGREE: 3 nodes have the same up to revision ${revision}`);
  const cells = rows.map((row) => row.split(/ {2,}/));
  expect(cells.map(([endpoint]) => endpoint).sort()).toEqual([...cluster().endpoints].sort());
  expect(new Set(cells.map(([, hash]) => hash)).size).toBe(1);
  expect(cells[0]?.[1]).toMatch(/^[0-9a-f]{8}$/);
});

test("hash with a node that does not answer exits with 4", async () => {
  const leader = await cluster().leader();
  const [node] = cluster().others(leader);
  await node?.kill();

  const { code, stdout } = await run("hash", "--timeout", "2000");
  await node?.start();

  expect(code).toBe(4);
  expect(stdout).toContain("UNCLEAR: 2 of 3 nodes answered, and those do not differ");
});

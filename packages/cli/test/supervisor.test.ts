import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLUSTER_LIMITS, type ClusterConfig, COMPACTION_DEFAULT } from "@holdfast/config";
import { expect, onTestFinished, test, vi } from "vitest";
import { Supervisor } from "../src/up/supervisor.ts";
import { freePorts, listen } from "./ports.ts";

// Processes start slowly on a loaded machine.
vi.setConfig({ testTimeout: 20_000 });

const PROGRAM = fileURLToPath(new URL("./fixtures/node-program.mjs", import.meta.url));

interface Stage {
  readonly supervisor: Supervisor;
  readonly directory: string;
  readonly config: ClusterConfig;
  /** Resolves with the first line told that matches, told already or not. */
  line(pattern: RegExp): Promise<string>;
  misbehave(nodeId: string, how: string): void;
  pidOf(nodeId: string): number;
}

test("starts all nodes and knows their leader, then frees every port", async () => {
  const { supervisor, directory, line } = await stage();

  await supervisor.start();
  const rows = supervisor.rows;
  const taken = await supervisor.stop();

  expect(rows.map(({ id, role }) => `${id} ${role}`)).toEqual(["n1 leader", "n2 follower"]);
  expect(taken).toEqual([]);
  expect(await line(/WARN/)).toMatch(/^n[12] \| WARN disk is slow waitedMs=12$/);
  expect(readFileSync(join(directory, "n1.data.log"), "utf8")).toContain('"serving"');
});

test("a node that was killed is started again at once, and the next leader is told", async () => {
  const { supervisor, line, misbehave, pidOf } = await stage();
  await supervisor.start();
  const killed = pidOf("n1");

  misbehave("n1", "second-term");
  process.kill(killed, "SIGKILL");

  expect(await line(/^n1, the leader, was killed by SIGKILL; starting it again$/)).toBeDefined();
  expect(await line(/^n1 is back as process \d+, \d+ ms after its start$/)).not.toContain(
    `${killed}`,
  );
  expect(await line(/^n1 leads now, term 2, \d+ ms after n1 was lost$/)).toBeDefined();
});

test("a node that cannot run says why, and is tried again ever later", async () => {
  const { supervisor, line, misbehave } = await stage();
  misbehave("n2", "fails");

  const started = supervisor.start();

  expect(await line(/^n2 cannot run: its directory is damaged$/)).toBeDefined();
  expect(await line(/^n2 exited with code 1; starting it again$/)).toBeDefined();
  expect(await line(/^n2 exited with code 1; next start in 0.2 s$/)).toBeDefined();
  await supervisor.stop();
  await started;
});

test("a node that ignores the request to end is killed after 2.5 s", async () => {
  const { supervisor, misbehave } = await stage();
  misbehave("n2", "ignores-sigterm");
  await supervisor.start();

  const before = performance.now();
  const taken = await supervisor.stop();

  expect(taken).toEqual([]);
  expect(performance.now() - before).toBeLessThan(5_000);
});

test("a port that something else has taken meanwhile is told, with its holder", async () => {
  const { supervisor, config, misbehave } = await stage();
  misbehave("n2", "listens-nowhere");
  await supervisor.start();
  const address = config.nodes[1]?.client ?? "";
  await listen(Number(address.split(":")[1]));

  const taken = await supervisor.stop();

  expect(taken).toEqual([
    expect.stringContaining(`${address} (n2 client) is taken by process ${process.pid}: `),
  ]);
});

async function stage(): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-up-"));
  const [client1, peer1, client2, peer2] = await freePorts(4);
  const config: ClusterConfig = {
    cluster: "test",
    raft: { heartbeatMs: 100, electionTimeoutMs: 1000 },
    limits: { ...CLUSTER_LIMITS, diskReserveBytes: 0 },
    compaction: COMPACTION_DEFAULT,
    nodes: [
      { id: "n1", client: `127.0.0.1:${client1}`, peer: `127.0.0.1:${peer1}` },
      { id: "n2", client: `127.0.0.1:${client2}`, peer: `127.0.0.1:${peer2}` },
    ].map((node) => ({ ...node, data: join(directory, `${node.id}.data`), zone: undefined })),
  };
  for (const { id, client, peer } of config.nodes) {
    writeFileSync(join(directory, `${id}.json`), JSON.stringify({ client, peer, leader: "n1" }));
  }
  const lines: string[] = [];
  const launch = {
    command: process.execPath,
    argumentsOf: (nodeId: string) => [PROGRAM, directory, nodeId],
    env: process.env,
  };
  const supervisor = new Supervisor({ config, launch, show: (line) => lines.push(line) });
  onTestFinished(async () => {
    await supervisor.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    supervisor,
    directory,
    config,
    line: async (pattern) => {
      await expect
        .poll(() => lines.some((line) => pattern.test(line)), { timeout: 10_000 })
        .toBe(true);
      return lines.find((line) => pattern.test(line)) ?? "";
    },
    misbehave: (nodeId, how) => writeFileSync(join(directory, `${nodeId}.${how}`), ""),
    pidOf: (nodeId) => supervisor.rows.find(({ id }) => id === nodeId)?.pid ?? 0,
  };
}

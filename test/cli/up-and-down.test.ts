import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { connect, EtcdEndpoint } from "@holdfast/client";
import type { ClusterConfig } from "@holdfast/config";
import { eventually, type TemporaryDirectory, temporaryDirectory } from "@holdfast/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { holdfast, RunningCommand } from "../run-command.ts";
import { writeClusterFile } from "./cluster-file.ts";

const STARTS_WITHIN_MS = 20_000;
const ENDS_WITHIN_MS = 3000;

describe("up", () => {
  let directory: TemporaryDirectory;
  let config: ClusterConfig;
  let up: RunningCommand;
  beforeAll(async () => {
    directory = await temporaryDirectory();
    const file = await writeClusterFile(directory.path, { nodes: 3 });
    config = file.config;
    up = new RunningCommand(["up", file.path]);
    await up.prints(/Ctrl-C/, { within: STARTS_WITHIN_MS });
  });
  afterAll(async () => {
    await up[Symbol.asyncDispose]();
    await directory.remove();
  });

  test("prints a table of the nodes with their addresses, processes and roles", () => {
    const rows = tableRows(up.stdout);

    expect(rows.map(({ id }) => id)).toEqual(["n1", "n2", "n3"]);
    expect(rows.map(({ client }) => client)).toEqual(config.nodes.map(({ client }) => client));
    expect(rows.map(({ role }) => role).sort()).toEqual(["follower", "follower", "leader"]);
    for (const { pid } of rows) expect(isAlive(pid)).toBe(true);
  });

  test("prints commands that work when copied", async () => {
    const words = /npx --no holdfast (.*put greeting hello)/.exec(up.stdout)?.[1]?.split(" ") ?? [];

    expect(await holdfast(words)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^OK/) });
  });

  test("starts a killed node again, and says so", async () => {
    const [victim] = tableRows(up.stdout).filter(({ role }) => role === "follower");
    if (victim === undefined) throw new Error("there is no follower");

    process.kill(victim.pid, "SIGKILL");

    await up.prints(new RegExp(`${victim.id} was killed by SIGKILL; starting it again`), {
      within: 5000,
    });
    const [, pid] = await up.prints(new RegExp(`${victim.id} is back as process (\\d+)`), {
      within: 10_000,
    });
    expect(Number(pid)).not.toBe(victim.pid);
    await using back = await connect(victim.client);
    expect((await back.get("greeting"))?.text()).toBe("hello");
  });

  test("names the new leader when the old one is killed", async () => {
    const leader = tableRows(up.stdout).find(({ role }) => role === "leader");
    if (leader === undefined) throw new Error("there is no leader");

    process.kill(leader.pid, "SIGKILL");

    const [, next] = await up.prints(/(n\d) leads now, term \d+/, { within: 10_000 });
    expect(next).not.toBe(leader.id);
  });

  test("ends it all by SIGINT in under 3 s with exit status 0, and leaves nothing running", async () => {
    await eventually(async () => (await pidsOf(config)).length === 3, { within: 10_000 });
    const pids = await pidsOf(config);
    const since = performance.now();

    up.signal("SIGINT");
    const code = await up.exited;

    expect(performance.now() - since).toBeLessThan(ENDS_WITHIN_MS);
    expect({ code, stderr: up.stderr }).toEqual({ code: 0, stderr: "" });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await Promise.all(addressesOf(config).map(canListen))).toEqual(
      addressesOf(config).map(() => true),
    );
  });
});

test("nodes end when the process that started them is killed", async () => {
  await using directory = await temporaryDirectory();
  const { path, config } = await writeClusterFile(directory.path, { nodes: 1 });
  await using up = new RunningCommand(["up", path]);
  await up.prints(/Ctrl-C/, { within: STARTS_WITHIN_MS });
  const [row] = tableRows(up.stdout);
  if (row === undefined) throw new Error("the table has no row");

  up.signal("SIGKILL");

  await eventually(() => !isAlive(row.pid), { within: ENDS_WITHIN_MS, what: "the node has ended" });
  expect(await Promise.all(addressesOf(config).map(canListen))).toEqual([true, true]);
});

test("a taken port is refused with the port and the process that holds it", async () => {
  await using directory = await temporaryDirectory();
  const { path, config } = await writeClusterFile(directory.path, { nodes: 3 });
  const taken = config.nodes[1]?.client ?? "";
  const holder = await listenOn(taken);

  const { code, stderr } = await holdfast(["up", path]);

  holder.close();
  expect(code).toBe(1);
  expect(stderr).toContain("error PORT_TAKEN");
  expect(stderr).toContain(taken);
  expect(stderr).toContain(`process ${process.pid}`);
});

interface Row {
  readonly id: string;
  readonly client: string;
  readonly pid: number;
  readonly role: string;
}

function tableRows(screen: string): readonly Row[] {
  const rows = [...screen.matchAll(/^(n\d) +(\S+) +\S+ +(\d+) +(\w+) +\S+$/gm)];
  return rows.map(([, id = "", client = "", pid, role = ""]) => ({
    id,
    client,
    pid: Number(pid),
    role,
  }));
}

/** The processes that answer for the nodes now, by what they tell of themselves. */
async function pidsOf({ nodes }: ClusterConfig): Promise<readonly number[]> {
  const statuses = await Promise.all(
    nodes.map(async ({ client, data }) => {
      const endpoint = new EtcdEndpoint(client);
      const { kind } = await endpoint.status({ timeoutMs: 500 });
      endpoint.close();
      return kind === "up" ? [await pidIn(data)] : [];
    }),
  );
  return statuses.flat();
}

async function pidIn(data: string): Promise<number> {
  return Number(await readFile(`${data}/holdfast.pid`, "utf8"));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function addressesOf({ nodes }: ClusterConfig): readonly string[] {
  return nodes.flatMap(({ client, peer }) => [client, peer]);
}

async function listenOn(address: string): Promise<Server> {
  const [host, port] = address.split(":");
  const server = createServer().listen({ host, port: Number(port) });
  await once(server, "listening");
  return server;
}

async function canListen(address: string): Promise<boolean> {
  const server = await listenOn(address).catch(() => undefined);
  server?.close();
  return server !== undefined;
}

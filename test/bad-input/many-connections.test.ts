import { execFileSync } from "node:child_process";
import type { Socket } from "node:net";
import { eventually, type NodeProcess } from "@holdfast/testkit";
import { beforeAll, expect, test } from "vitest";
import { sharedCluster } from "../shared-cluster.ts";
import { UniqueWrites } from "../unique-writes.ts";
import { closed, dial, HTTP2_BEGIN } from "./raw-connection.ts";
import { before, connections, expectUnharmed, memoryBytes } from "./unharmed-node.ts";

const MEBIBYTE = 1024 * 1024;
const AT_ONCE = 200;
const IDLE_MAX = 10_000;
const openFilesMax = Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }));
/** As many as a node takes; both ends of each are open files, one of this process. */
const ALL = Math.min(IDLE_MAX, Math.floor(openFilesMax / 2)) - 50;
/** In `npm test`; all of them: `BAD_INPUT=all`. */
const SOME = Math.min(400, ALL);
const count = process.env["BAD_INPUT"] === "all" ? ALL : SOME;
/** What a node may take for a connection of HTTP/2 that does nothing; measured: 22 KB. */
const CONNECTION_BYTES_MAX = 64 * 1024;
const SECOND_ROUND_BYTES_MAX = 100 * MEBIBYTE;
const WRITES_BESIDE = 100;

const cluster = sharedCluster({ nodes: 1 });
let node: NodeProcess;
beforeAll(() => {
  node = cluster().node("n1");
});

test(`${count} idle connections: writes go on beside them, twice, and nothing of them is left`, async () => {
  const was = before(node);

  let afterFirst = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 2; round++) {
    const idle = await idleConnections(count);
    await using writes = new UniqueWrites(`beside/${round}/`);
    await writes.addSdk(cluster(), 4);
    await writes.more(WRITES_BESIDE);
    await writes.stop();
    await using client = await cluster().connect();
    expect(await writes.lost(client)).toEqual([]);
    expect(writes.failed).toEqual([]);
    expect(await connections(node)).toBeGreaterThanOrEqual(count);
    await hangUp(idle);
    await eventually(async () => (await connections(node)) < count, {
      within: 30_000,
      what: "the idle connections to be gone",
    });
    if (round === 0) afterFirst = memoryBytes(node);
  }

  // A second round finds the memory that the first one left, and takes no more.
  expect(memoryBytes(node) - afterFirst).toBeLessThan(SECOND_ROUND_BYTES_MAX);
  await expectUnharmed(cluster(), node, was, 200 * MEBIBYTE + count * CONNECTION_BYTES_MAX);
}, 300_000);

/** Connections that have begun to speak HTTP/2 and say nothing. */
async function idleConnections(wanted: number): Promise<readonly Socket[]> {
  const idle: Socket[] = [];
  while (idle.length < wanted) {
    const more = Array.from({ length: Math.min(AT_ONCE, wanted - idle.length) }, () =>
      dial(node.client),
    );
    for (const socket of await Promise.all(more)) {
      socket.resume();
      socket.write(HTTP2_BEGIN);
      idle.push(socket);
    }
  }
  await eventually(async () => (await connections(node)) >= wanted, {
    within: 120_000,
    what: `${wanted} connections`,
  });
  return idle;
}

async function hangUp(idle: readonly Socket[]): Promise<void> {
  for (const socket of idle) socket.destroy();
  await Promise.all(idle.map(closed));
}

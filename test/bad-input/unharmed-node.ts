import { readFileSync } from "node:fs";
import { type Cluster, eventually, type NodeProcess } from "@holdfast/testkit";
import { expect } from "vitest";

const MEBIBYTE = 1024 * 1024;
/** What a test may leave behind in a node's memory: the heap grows in steps, and code is compiled. */
const GROWTH_BYTES_MAX = 200 * MEBIBYTE;
const RESTS_WITHIN_MS = 15_000;

/** What a node was like before it was given anything bad. */
export interface Before {
  readonly pid: number | undefined;
  readonly memoryBytes: number;
}

export function before(node: NodeProcess): Before {
  return { pid: node.pid, memoryBytes: memoryBytes(node) };
}

/** A node is the same process as before, serves, has closed what strangers opened and kept no memory of it. */
export async function expectUnharmed(
  cluster: Cluster,
  node: NodeProcess,
  was: Before,
  growthMax: number = GROWTH_BYTES_MAX,
): Promise<void> {
  expect(node.pid).toBe(was.pid);
  await using client = await cluster.connect();
  const value = `${was.memoryBytes} ${performance.now()}`;
  await client.put("unharmed", value);
  expect((await client.get("unharmed"))?.text()).toBe(value);
  await eventually(async () => (await connections(node)) <= CLIENTS_OF_TEST, {
    within: RESTS_WITHIN_MS,
    what: "the connections of strangers to be gone",
  });
  expect(memoryBytes(node) - was.memoryBytes).toBeLessThan(growthMax);
}

/** The client of the test, and whoever asks for the metrics. */
const CLIENTS_OF_TEST = 4;

export async function connections(node: NodeProcess): Promise<number> {
  const count = (await node.metrics()).get("holdfast_client_connections");
  if (count === undefined) throw new Error("there is no such metric");
  return count;
}

/** What the process has in memory, as Linux counts it. */
export function memoryBytes(node: NodeProcess): number {
  const status = readFileSync(`/proc/${node.pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

import { fileURLToPath } from "node:url";
import type { Cluster, NodeProcess } from "@holdfast/testkit";
import { allCaughtUp } from "./shared-cluster.ts";

/** Nodes started with these collect their garbage at SIGUSR2, so that memory can be compared. */
export const COLLECTOR_FLAGS: readonly string[] = [
  "--expose-gc",
  "--import",
  fileURLToPath(new URL("collect-garbage.mjs", import.meta.url)),
];

/** What one node holds at rest, after its garbage was collected. */
export interface CollectedMemory {
  readonly id: string;
  readonly residentBytes: number;
  /** What is reachable: the heap in use and the buffers beside it, bytes. */
  readonly liveBytes: number;
}

/** Freed buffers are counted until a sweep behind the collection ends, so the least of a few rounds tells. */
const ROUNDS = 4;

/** Waits until all nodes have applied the same, collects, and measures each. */
export async function memoryAfterCollection(cluster: Cluster): Promise<readonly CollectedMemory[]> {
  await allCaughtUp(cluster);
  return Promise.all(cluster.nodes.map(collectedMemory));
}

async function collectedMemory(node: NodeProcess): Promise<CollectedMemory> {
  let least: CollectedMemory | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    node.signal("SIGUSR2");
    // The page of metrics is answered only behind the collection.
    const metrics = await node.metrics();
    const of = (name: string): number => metrics.get(name) ?? Number.NaN;
    const residentBytes = of("process_resident_memory_bytes");
    const liveBytes = of("nodejs_heap_size_used_bytes") + of("nodejs_external_memory_bytes");
    if (least === undefined || liveBytes < least.liveBytes) {
      least = { id: node.id, residentBytes, liveBytes };
    }
  }
  if (least === undefined) throw new Error("there is at least one round");
  return least;
}

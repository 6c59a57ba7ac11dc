import type { Holdfast } from "@holdfast/client";
import { type Cluster, eventually, type NodeProcess } from "@holdfast/testkit";

export interface LoadOptions {
  /** Puts in flight at any time. */
  readonly inFlight: number;
  readonly forMs: number;
}

/** What was seen while the load ran. */
export interface LoadReport {
  readonly acknowledged: number;
  readonly failed: number;
  readonly nodes: readonly NodeReport[];
}

export interface NodeReport {
  readonly id: string;
  readonly eventLoopDelayP99Ms: number;
  /** Terms before and after. */
  readonly terms: readonly [number, number];
  /** Median of the resident memory in the second and in the last quarter of the time, bytes: garbage makes peaks. */
  readonly residentBytes: readonly [number, number];
}

interface Sample {
  readonly at: number;
  readonly residentBytes: number;
}

const VALUE = "x".repeat(100);
const KEYS = 100_000;
const QUARTERS = 4;

/** Keeps so many puts in flight for a time and watches the nodes by their `/metrics`. */
export async function loadCluster(
  cluster: Cluster,
  client: Holdfast,
  { inFlight, forMs }: LoadOptions,
): Promise<LoadReport> {
  const terms = await Promise.all(
    cluster.nodes.map((node) => metricOf(node, "holdfast_raft_term")),
  );
  const samples = new Map<string, Sample[]>(cluster.nodes.map(({ id }) => [id, []]));
  const since = performance.now();
  let written = 0;
  let acknowledged = 0;
  let failed = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() - since < forMs) {
      written += 1;
      await client.put(`load/${written % KEYS}`, VALUE).then(
        () => (acknowledged += 1),
        () => (failed += 1),
      );
    }
  };
  const loops = Array.from({ length: inFlight }, loop);
  await eventually(
    async () => {
      await Promise.all(cluster.nodes.map((node) => sample(node, samples, since)));
      return performance.now() - since >= forMs;
    },
    { within: 2 * forMs },
  );
  await Promise.all(loops);
  const nodes = cluster.nodes.map((node, at) =>
    report(node, terms[at] ?? 0, samples.get(node.id) ?? [], forMs),
  );
  return { acknowledged, failed, nodes: await Promise.all(nodes) };
}

async function sample(
  node: NodeProcess,
  samples: ReadonlyMap<string, Sample[]>,
  since: number,
): Promise<void> {
  const residentBytes = await metricOf(node, "process_resident_memory_bytes");
  samples.get(node.id)?.push({ at: performance.now() - since, residentBytes });
}

async function report(
  node: NodeProcess,
  termBefore: number,
  samples: readonly Sample[],
  forMs: number,
): Promise<NodeReport> {
  const metrics = await node.metrics();
  const medianIn = (quarter: number): number => {
    const [from, to] = [((quarter - 1) * forMs) / QUARTERS, (quarter * forMs) / QUARTERS];
    const within = samples.filter(({ at }) => at >= from && at < to);
    const sorted = within.map(({ residentBytes }) => residentBytes).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  const delay = metrics.get('holdfast_event_loop_delay_seconds{quantile="0.99"}') ?? Infinity;
  return {
    id: node.id,
    eventLoopDelayP99Ms: delay * 1000,
    terms: [termBefore, metrics.get("holdfast_raft_term") ?? -1],
    residentBytes: [medianIn(2), medianIn(QUARTERS)],
  };
}

async function metricOf(node: NodeProcess, name: string): Promise<number> {
  const value = (await node.metrics()).get(name);
  if (value === undefined) throw new Error(`${node.id} has no metric ${name}`);
  return value;
}

import { EtcdEndpoint, type Holdfast } from "@holdfast/client";
import type { Cluster, NodeProcess } from "@holdfast/testkit";

/** What one piece of work did to a cluster that was being written to meanwhile. */
export interface WorkReport {
  readonly what: string;
  readonly seconds: number;
  /** Of the node whose event loop was latest. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  /** Terms that began meanwhile. */
  readonly elections: number;
  readonly writes: { readonly acknowledged: number; readonly failures: readonly string[] };
}

/** prom-client's own: unlike ours it begins anew with each look. It counts whole intervals of so many ms. */
const LAG = "nodejs_eventloop_lag";
const RESOLUTION_MS = 10;
const VALUE = "v".repeat(200);
const FILLERS = 2048;
const WRITERS = 32;
const TIMEOUT_MS = 300_000;

/** The keys that large work is done on. */
export const BIG = "big/";

export function bigKey(at: number): string {
  return `${BIG}${String(at).padStart(9, "0")}`;
}

/** Writes keys `[from, to)` of {@link BIG}. */
export async function fill(
  client: Holdfast,
  { from = 0, to }: { readonly from?: number; readonly to: number },
): Promise<void> {
  let next = from;
  const loop = async (): Promise<void> => {
    for (let at = next++; at < to; at = next++) {
      await client.put(bigKey(at), VALUE, { timeoutMs: TIMEOUT_MS });
    }
  };
  await Promise.all(Array.from({ length: FILLERS }, loop));
}

/** Does `work` while other keys are written, and tells how the nodes bore it. */
export async function whileWriting(
  cluster: Cluster,
  what: string,
  work: () => Promise<unknown>,
): Promise<WorkReport> {
  await using client = await cluster.connect({ callTimeoutMs: TIMEOUT_MS });
  const before = await Promise.all(cluster.nodes.map((node) => look(node)));
  const since = performance.now();
  const writer = new Writer(client);
  await work();
  const seconds = (performance.now() - since) / 1000;
  const writes = await writer.stop();
  const after = await Promise.all(cluster.nodes.map((node) => look(node)));
  return {
    what,
    seconds,
    delayP99Ms: Math.max(...after.map(({ p99Ms }) => p99Ms)),
    delayMaxMs: Math.max(...after.map(({ maxMs }) => maxMs)),
    elections: Math.max(...after.map(({ term }, at) => term - (before[at]?.term ?? 0))),
    writes,
  };
}

/** The work that a test does on `count` keys, each by its name. */
export function largeWork(
  cluster: Cluster,
  client: Holdfast,
  { count, ranges }: { readonly count: number; readonly ranges: number },
): Readonly<Record<string, () => Promise<unknown>>> {
  const terms = { timeoutMs: TIMEOUT_MS };
  const width = Math.ceil(count / ranges);
  const wide = Array.from({ length: ranges }, (_, at) => ({
    kind: "range" as const,
    keys: { from: bigKey(at * width), to: bigKey((at + 1) * width) },
    limit: 10,
  }));
  return {
    "a range with a limit": () => client.range({ prefix: BIG }, { limit: 10_000, ...terms }),
    "a count of all": async () => {
      const { count: found } = await client.range({ prefix: BIG }, { countOnly: true, ...terms });
      if (found !== count) throw new Error(`${found} of ${count} keys are there`);
    },
    "the newest key of all": () =>
      client.range({ prefix: BIG }, { sortBy: "mod", order: "descend", limit: 1, ...terms }),
    [`a transaction with ${ranges} wide ranges`]: () => client.txn({ then: wide }, terms),
    "a compaction and its collection": async () => {
      await fill(client, { to: Math.ceil(count / 4) });
      const { revision } = await client.put("compacted", "");
      const { physical } = { physical: true };
      await onEach(cluster, (node, first) =>
        first ? node.compact(revision, { physical, ...terms }) : Promise.resolve(),
      );
    },
    "a hash of all": () => onEach(cluster, (node) => node.hashKv(0, terms)),
    "a deletion of all": async () => {
      const { deleted } = await client.delete({ prefix: BIG }, terms);
      if (deleted !== count) throw new Error(`${deleted} of ${count} keys were deleted`);
    },
  };
}

async function onEach(
  cluster: Cluster,
  ask: (node: EtcdEndpoint, first: boolean) => Promise<unknown>,
): Promise<void> {
  const ends = cluster.endpoints.map((address) => new EtcdEndpoint(address));
  try {
    await Promise.all(ends.map((end, at) => ask(end, at === 0)));
  } finally {
    for (const end of ends) end.close();
  }
}

/** Keeps writing a few keys of its own. */
class Writer {
  readonly #client: Holdfast;
  readonly #loops: readonly Promise<void>[];
  #stopped = false;
  #acknowledged = 0;
  readonly #failures: string[] = [];

  constructor(client: Holdfast) {
    this.#client = client;
    this.#loops = Array.from({ length: WRITERS }, (_, at) => this.#loop(`writer/${at}`));
  }

  async stop(): Promise<WorkReport["writes"]> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    return { acknowledged: this.#acknowledged, failures: this.#failures };
  }

  async #loop(key: string): Promise<void> {
    try {
      while (!this.#stopped) {
        await this.#client.put(key, VALUE);
        this.#acknowledged += 1;
      }
    } catch (failure) {
      // It ends with the first failure: going on at once would take the event loop for itself.
      this.#failures.push(failure instanceof Error ? failure.message : String(failure));
    }
  }
}

async function look(
  node: NodeProcess,
): Promise<{ readonly p99Ms: number; readonly maxMs: number; readonly term: number }> {
  const metrics = await node.metrics();
  const of = (name: string): number => {
    const value = metrics.get(name);
    if (value === undefined) throw new Error(`${node.id} has no metric ${name}`);
    return value;
  };
  const delayMs = (name: string): number => Math.max(0, of(name) * 1000 - RESOLUTION_MS);
  return {
    p99Ms: delayMs(`${LAG}_p99_seconds`),
    maxMs: delayMs(`${LAG}_max_seconds`),
    term: of("holdfast_raft_term"),
  };
}

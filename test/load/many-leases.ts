import { type Cluster, eventually, type NodeProcess } from "@holdfast/testkit";
import { Etcd3 } from "etcd3";

/** What was seen while leases ended that were over at once. */
export interface LeasesReport {
  readonly leases: number;
  /** Of those, the ones that were still there when all were renewed together. */
  readonly alive: number;
  readonly renewalsMs: number;
  /** Ended within their time to live from when they were renewed. */
  readonly early: number;
  /** The most that ended in any second, as far as the counts prove it. */
  readonly perSecond: number;
  /** How late the event loop of each node was at p99, ms. */
  readonly lateMs: readonly number[];
  readonly terms: readonly [number, number];
  readonly keysLeft: number;
}

/** A count that was taken between the two times, ms. */
interface Sample {
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly expired: number;
}

const IN_FLIGHT = 256;
const PROBES = 500;
const LEAST_S = 3;

/** Grants leases with a key on each, renews all together, and waits until all have ended. */
export async function manyLeases(cluster: Cluster, leases: number): Promise<LeasesReport> {
  const leader = await cluster.leader();
  const client = new Etcd3({ hosts: leader.client });
  try {
    const termBefore = await metric(leader, "holdfast_raft_term");
    const ttlSeconds = Math.max(LEAST_S, Math.ceil(await grantingSeconds(client, leases)));
    const ids = await granted(client, leases, ttlSeconds);
    const renewedAt = performance.now();
    const alive = await renewed(client, ids);
    const renewalsMs = Math.round(performance.now() - renewedAt);
    const samples = await untilAllEnded(leader, renewedAt, 1_000 * ttlSeconds + 2 * leases);
    const early =
      samples.filter(({ answeredMs }) => answeredMs < 1_000 * ttlSeconds).at(-1)?.expired ?? 0;
    return {
      leases,
      alive,
      renewalsMs,
      early: Math.max(0, early - (leases - alive)),
      perSecond: fastest(samples),
      lateMs: await Promise.all(cluster.nodes.map((node) => lateMs(node))),
      terms: [termBefore, await metric(leader, "holdfast_raft_term")],
      keysLeft: await client.getAll().prefix("many/").count(),
    };
  } finally {
    client.close();
  }
}

/** For how long leases must live so that all are there before the first ends, whatever else the machine does. */
async function grantingSeconds(client: Etcd3, leases: number): Promise<number> {
  const since = performance.now();
  const value = Buffer.from("v");
  await inParallel(PROBES, async () => {
    await client.kv.put({ key: Buffer.from("probe"), value });
  });
  // Two calls each, and as long again.
  return ((performance.now() - since) / 1_000) * (leases / PROBES) * 4;
}

async function inParallel(count: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, loop));
}

async function granted(client: Etcd3, count: number, ttl: number): Promise<readonly string[]> {
  const ids: string[] = [];
  await inParallel(count, async (at) => {
    const { ID } = await client.leaseClient.leaseGrant({ TTL: ttl });
    await client.kv.put({ key: Buffer.from(`many/${at}`), value: Buffer.from("v"), lease: ID });
    ids.push(ID);
  });
  return ids;
}

/** Renews all on one stream, as fast as it takes them; how many were there. */
async function renewed(client: Etcd3, ids: readonly string[]): Promise<number> {
  const stream = await client.leaseClient.leaseKeepAlive();
  let answers = 0;
  let alive = 0;
  const all = new Promise<void>((resolve) => {
    stream.on("data", ({ TTL }) => {
      answers++;
      if (TTL !== "0") alive++;
      if (answers === ids.length) resolve();
    });
  });
  for (const ID of ids) stream.write({ ID });
  await all;
  stream.end();
  return alive;
}

async function untilAllEnded(
  leader: NodeProcess,
  since: number,
  withinMs: number,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  await eventually(
    async () => {
      const askedMs = performance.now() - since;
      const metrics = await leader.metrics();
      const answeredMs = performance.now() - since;
      const expired = metrics.get("etcd_debugging_server_lease_expired_total") ?? Number.NaN;
      samples.push({ askedMs, answeredMs, expired });
      return metrics.get("holdfast_leases") === 0;
    },
    { within: withinMs + 20_000, what: "the end of all leases" },
  );
  return samples;
}

/** At least so many ended in a second: the time between two counts is taken as long as it may have been. */
function fastest(samples: readonly Sample[]): number {
  const rates = samples.map(({ askedMs, expired }) => {
    const later = samples.find((one) => one.answeredMs >= askedMs + 1_000);
    if (later === undefined) return 0;
    return ((later.expired - expired) * 1_000) / (later.answeredMs - askedMs);
  });
  return Math.round(Math.max(...rates));
}

async function lateMs(node: NodeProcess): Promise<number> {
  return Math.round(
    1_000 * (await metric(node, 'holdfast_event_loop_delay_seconds{quantile="0.99"}')),
  );
}

async function metric(node: NodeProcess, name: string): Promise<number> {
  return (await node.metrics()).get(name) ?? Number.NaN;
}

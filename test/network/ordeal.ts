import { type EndpointHash, EtcdEndpoint, type NodeUp } from "@holdfast/client";
import {
  type Cluster,
  eventually,
  expectLinearizable,
  type HistoryRecorder,
  KeyContest,
  type NodeProcess,
  recordHistory,
} from "@holdfast/testkit";
import { expect } from "vitest";
import { type Acknowledged, type FailedWrite, UniqueWrites } from "../unique-writes.ts";
import { WatchedCounter } from "./watched-counter.ts";

/** The nodes share this machine with other tests; full speed is for those that have it to themselves. */
const LOAD = { perSecond: 100 };
const HASH_MS = 5000;
const WITHIN_MS = 20_000;

/**
 * What clients of several kinds do while something happens to a cluster, and the
 * judgement of it: every acknowledged write is there by value, all nodes have the same,
 * nobody was told what was old, and the history is linearizable.
 */
export class Ordeal implements AsyncDisposable {
  readonly history: HistoryRecorder;
  readonly writes: UniqueWrites;
  readonly counter: WatchedCounter;
  readonly #cluster: Cluster;
  readonly #contest: KeyContest;

  private constructor(
    cluster: Cluster,
    load: Pick<Ordeal, "history" | "writes" | "counter"> & { readonly contest: KeyContest },
  ) {
    this.#cluster = cluster;
    this.history = load.history;
    this.writes = load.writes;
    this.counter = load.counter;
    this.#contest = load.contest;
  }

  /** Clients of the SDK, of which each chooses its node, and etcd clients of every node. No key may have the prefix yet. */
  static async begin(prefix: string, cluster: Cluster): Promise<Ordeal> {
    const history = recordHistory();
    const writes = new UniqueWrites(`${prefix}/written/`, { history, ...LOAD });
    const contest = new KeyContest(`${prefix}/contest/`, history, LOAD);
    const counter = await WatchedCounter.start(`${prefix}/counter`, history, cluster);
    const ordeal = new Ordeal(cluster, { history, writes, counter, contest });
    for (const node of cluster.nodes) {
      await writes.addSdk(cluster, 1);
      await contest.addSdk(cluster, 1);
      writes.addEtcd(node, 1);
      contest.addEtcd(node, 1);
    }
    await writes.more(20);
    return ordeal;
  }

  /** Writes of clients that choose their node themselves, and so have no reason to fail while there is a majority. */
  get failedOfSdk(): readonly FailedWrite[] {
    return this.writes.failed.filter(({ node }) => node === undefined);
  }

  /** How long a client of the SDK has waited for an acknowledgement at most, ms. */
  get slowestOfSdkMs(): number {
    const bySdk = this.writes.acknowledged.filter(({ node }) => node === undefined);
    return Math.max(...bySdk.map(({ startedAt, acknowledgedAt }) => acknowledgedAt - startedAt));
  }

  /** How long after `since` a write that began then was acknowledged, ms; if told so, by way of a node that is not that one. */
  async served(since: number, { not }: { readonly not?: NodeProcess } = {}): Promise<number> {
    const isNext = ({ startedAt, node }: Acknowledged): boolean =>
      startedAt >= since && (not === undefined || (node !== undefined && node !== not.id));
    const next = await eventually(() => this.writes.acknowledged.find(isNext), {
      within: WITHIN_MS,
      what: "another acknowledged write",
    });
    return next.acknowledgedAt - since;
  }

  /** Everything must be healed. Waits until all agree, and judges. */
  async judge({ atLeast }: { readonly atLeast: number }): Promise<void> {
    await this.#stop();
    await Promise.all(this.#cluster.nodes.map((node) => node.start()));
    await this.#cluster.leader();
    for (const node of this.#cluster.nodes) await caughtUp(this.#cluster, node, performance.now());
    await using client = await this.#cluster.connect();
    await this.#contest.end(client);
    expect(await this.writes.lost(client)).toEqual([]);
    expect(this.counter.stale).toEqual([]);
    await expectSameHash(this.#cluster);
    expectLinearizable(this.history, { atLeast });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }

  async #stop(): Promise<void> {
    await Promise.all([this.writes.stop(), this.#contest.stop(), this.counter.stop()]);
  }
}

/** The term that the latest of the nodes has, once all can be asked. */
export async function latestTerm(cluster: Cluster): Promise<number> {
  const terms = await eventually(
    async () => (await Promise.all(cluster.nodes.map(whatItSays))).map(({ raftTerm }) => raftTerm),
    { within: WITHIN_MS, what: "the terms of all nodes" },
  );
  return Math.max(...terms);
}

/** The nodes that say that they lead, once all can be asked. */
export async function leaders(cluster: Cluster): Promise<readonly string[]> {
  const all = await eventually(
    () => Promise.all(cluster.nodes.map(async (node) => ({ node, says: await whatItSays(node) }))),
    { within: WITHIN_MS, what: "the roles of all nodes" },
  );
  return all.filter(({ says }) => says.isLeader).map(({ node }) => node.id);
}

/** Resolves once the node says that it does not lead; how long after `since`, ms. */
export async function stepsDown(node: NodeProcess, since: number): Promise<number> {
  await eventually(async () => !(await whatItSays(node)).isLeader, {
    within: WITHIN_MS,
    what: `${node.id} leads no more`,
  });
  return performance.now() - since;
}

/** Resolves once the node has applied what the others had a moment before; how long after `since`, ms. */
export async function caughtUp(
  cluster: Cluster,
  node: NodeProcess,
  since: number,
): Promise<number> {
  await eventually(async () => (await entriesBehind(cluster, node)) <= 0, {
    within: WITHIN_MS,
    what: `${node.id} has caught up`,
  });
  return performance.now() - since;
}

/** Entries that others had applied a moment ago and the node has not. @throws Error if one does not answer. */
async function entriesBehind(cluster: Cluster, node: NodeProcess): Promise<number> {
  const applied = await Promise.all(cluster.others(node).map(appliedBy));
  return Math.max(...applied) - (await appliedBy(node));
}

/** Resolves when so much time has passed since then: a fault has to last. */
export async function lasts(ms: number, since: number): Promise<void> {
  await eventually(() => performance.now() - since >= ms, { within: ms + WITHIN_MS });
}

async function appliedBy(node: NodeProcess): Promise<number> {
  return (await whatItSays(node)).raftAppliedIndex;
}

/** @throws Error if it does not answer. */
async function whatItSays(node: NodeProcess): Promise<NodeUp> {
  const status = await node.status();
  if (status.kind === "down") throw new Error(`${node.id} is down: ${status.reason}`);
  return status;
}

/** All nodes have the same up to what the first of them has now; others may go on writing. */
async function expectSameHash(cluster: Cluster): Promise<void> {
  const [first, ...others] = cluster.nodes;
  if (first === undefined) throw new Error("there are no nodes");
  const { hash, revision } = await hashOf(first, 0);
  for (const node of others) {
    const theirs = await eventually(() => hashOf(node, revision), {
      within: WITHIN_MS,
      what: `${node.id} has revision ${revision}`,
    });
    expect({ node: node.id, ...theirs }).toMatchObject({ hash, revision });
  }
}

async function hashOf(node: NodeProcess, revision: number): Promise<EndpointHash> {
  const endpoint = new EtcdEndpoint(node.client);
  try {
    return await endpoint.hashKv(revision, { timeoutMs: HASH_MS });
  } finally {
    endpoint.close();
  }
}

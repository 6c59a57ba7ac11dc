import { type Cluster, eventually, type NodeProcess } from "@holdfast/testkit";
import type { WriteJournal } from "./write-journal.ts";

/** One leader killed. */
export interface FailoverRound {
  readonly round: number;
  readonly killed: string;
  /** Who leads afterwards. */
  readonly leader: string;
  /** Through which node the next write was accepted. */
  readonly acceptedBy: string;
  /** From SIGKILL to the acknowledgement of the first write begun after it, ms. */
  readonly ms: number;
}

const RECOVERS_WITHIN_MS = 30_000;

/**
 * Kills the leader amid writes, measures until another node accepts one, and
 * brings the killed node back until it has all that the others have.
 */
export async function failoverRound(
  round: number,
  cluster: Cluster,
  journal: WriteJournal,
): Promise<FailoverRound> {
  const killed = await cluster.leader({ within: RECOVERS_WITHIN_MS });
  const since = performance.now();
  killed.killNow();
  const next = await within(RECOVERS_WITHIN_MS, journal.next({ since, not: killed.id }));
  await killed.exited();
  const leader = await cluster.leader({ within: RECOVERS_WITHIN_MS });
  await killed.start();
  await caughtUp(killed, cluster);
  const ms = next.acknowledgedAt - since;
  return { round, killed: killed.id, leader: leader.id, acceptedBy: next.node, ms };
}

/** Resolves when the node has applied what the others had applied a moment before. */
async function caughtUp(node: NodeProcess, cluster: Cluster): Promise<void> {
  await eventually(
    async () => {
      const others = await Promise.all(cluster.others(node).map((other) => other.status()));
      const applied = others.map((status) =>
        status.kind === "up" ? status.raftAppliedIndex : Infinity,
      );
      const own = await node.status();
      return own.kind === "up" && own.raftAppliedIndex >= Math.max(...applied);
    },
    { within: RECOVERS_WITHIN_MS, what: `${node.id} has caught up with the others` },
  );
}

async function within<Value>(ms: number, awaited: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no write was accepted within ${ms} ms of the kill`)),
      ms,
    );
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}

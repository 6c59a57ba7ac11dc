import type { EndpointStatus, NodeUp } from "@holdfast/client";

/** Whether a cluster is safe, in one sentence. */
export interface Verdict {
  /** Good: all there. Worse: fewer may fail than could. Bad: no writes. */
  readonly state: "good" | "worse" | "bad";
  readonly sentence: string;
  readonly acceptsWrites: boolean;
}

/**
 * Judges a cluster by what its nodes say: how many more may be lost before writes stop.
 *
 * Learners neither vote nor count. A node that does not answer counts as a voter.
 */
export function clusterVerdict(nodes: readonly EndpointStatus[]): Verdict {
  const up = distinct(nodes.filter((node) => node.kind === "up"));
  const down = nodes.filter(({ kind }) => kind === "down").length;
  const voters = up.filter(({ isLearner }) => !isLearner);
  const total = voters.length + down;
  const majority = Math.floor(total / 2) + 1;
  const canLose = voters.length - majority;
  const reach = `${voters.length} of ${countOf(total, "node")} ${voters.length === 1 ? "answers" : "answer"}`;

  if (canLose < 0) {
    const missing = countOf(-canLose, "more node");
    return bad(
      `NO QUORUM: ${reach}; writes stop until ${missing} ${canLose === -1 ? "is" : "are"} back`,
    );
  }
  const leader = leaderOf(up);
  if (leader === undefined)
    return bad(`NO LEADER: ${reach}; an election takes a moment, writes wait for it`);
  const sentence = `${down === 0 ? "HEALTHY" : "DEGRADED"}: can lose ${canLose === 0 ? "no node" : countOf(canLose, "node")}; ${reach}, leader ${leader.endpoint}, term ${leader.raftTerm}`;
  return { state: down === 0 ? "good" : "worse", sentence, acceptsWrites: true };
}

function bad(sentence: string): Verdict {
  return { state: "bad", sentence, acceptsWrites: false };
}

/** One node may have been asked under two addresses. */
function distinct(nodes: readonly NodeUp[]): readonly NodeUp[] {
  return [...new Map(nodes.map((node) => [node.memberId, node])).values()];
}

/** Two may claim it for a moment: the later term is right. */
function leaderOf(nodes: readonly NodeUp[]): NodeUp | undefined {
  return nodes.filter(({ isLeader }) => isLeader).toSorted((a, b) => b.raftTerm - a.raftTerm)[0];
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

import type { EndpointStatus, NodeUp } from "@holdfast/client";

/** Whether a cluster is safe, in one sentence. */
export interface Verdict {
  /** Good: all there. Worse: fewer may fail than could. Bad: no writes. */
  readonly state: "good" | "worse" | "bad";
  readonly sentence: string;
  readonly acceptsWrites: boolean;
}

/** The ids of those who take part, as the cluster itself knows them. */
export interface KnownMembers {
  readonly all: ReadonlySet<number>;
  readonly voters: ReadonlySet<number>;
}

/**
 * Judges a cluster by what its nodes say: how many more may be lost before writes stop.
 *
 * Learners neither vote nor count, nor does a node that was removed. Where the members are not
 * known, a node that does not answer, or that has no part in the cluster yet, counts as a
 * voter that is not there.
 */
export function clusterVerdict(nodes: readonly EndpointStatus[], known?: KnownMembers): Verdict {
  const up = nodes.filter((node) => node.kind === "up");
  const isMember = ({ memberId }: NodeUp): boolean => known?.all.has(memberId) ?? true;
  const members = distinct(up.filter((node) => !isUnborn(node) && isMember(node)));
  const voters = members.filter(({ isLearner }) => !isLearner);
  const absent =
    known === undefined
      ? nodes.length - up.length + up.filter(isUnborn).length
      : [...known.voters].filter((id) => voters.every(({ memberId }) => memberId !== id)).length;
  const total = voters.length + absent;
  const majority = Math.floor(total / 2) + 1;
  const canLose = voters.length - majority;
  const takePart = voters.length === 1 || total === 1 ? "takes part" : "take part";
  const reach = `${voters.length} of ${countOf(total, "node")}`;

  if (canLose < 0) {
    const missing = countOf(-canLose, "more node");
    return bad(
      `NO QUORUM: ${reach} ${takePart}; writes stop until ${missing} ${canLose === -1 ? "is" : "are"} back`,
    );
  }
  const leader = leaderOf(members);
  if (leader === undefined)
    return bad(`NO LEADER: ${reach} asked ${takePart}; writes wait until one is elected`);
  // It would have handed over if another had room.
  if (leader.errors.some((error) => error.startsWith("NOSPACE")))
    return bad("NO SPACE: writes are refused until disk space is freed; reads go on");
  const sentence = `${absent === 0 ? "HEALTHY" : "DEGRADED"}: can lose ${canLose === 0 ? "no node" : countOf(canLose, "node")}; ${reach} ${takePart}, leader ${leader.endpoint}, term ${leader.raftTerm}`;
  return { state: absent === 0 ? "good" : "worse", sentence, acceptsWrites: true };
}

/** A node with an empty directory that the cluster has not admitted. */
export function isUnborn({ memberId }: NodeUp): boolean {
  return memberId === 0;
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

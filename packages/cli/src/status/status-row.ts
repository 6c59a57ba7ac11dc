import type { EndpointStatus, NodeUp } from "@holdfast/client";
import { isUnborn, type KnownMembers } from "./cluster-verdict.ts";

export const STATUS_HEAD: readonly string[] = [
  "ENDPOINT",
  "MEMBER",
  "ROLE",
  "TERM",
  "REVISION",
  "APPLIED",
  "LAG",
  "VERSION",
  "DB SIZE",
  "TROUBLES",
];

/** The cells of one node; its lag is how far the furthest log of `all` is ahead of what it has applied. */
export function statusRow(
  node: EndpointStatus,
  all: readonly EndpointStatus[],
  known?: KnownMembers,
): readonly string[] {
  if (node.kind === "down") {
    const unknown = STATUS_HEAD.slice(3, -1).map(() => "-");
    return [node.endpoint, "-", "down", ...unknown, firstLine(node.reason)];
  }
  const furthest = Math.max(...all.map((other) => (other.kind === "up" ? other.raftIndex : 0)));
  return [
    node.endpoint,
    isUnborn(node) ? "-" : node.memberId.toString(16),
    roleOf(node, known),
    String(node.raftTerm),
    String(node.revision),
    String(node.raftAppliedIndex),
    String(Math.max(0, furthest - node.raftAppliedIndex)),
    node.version,
    byteCount(node.stateBytes),
    node.errors.map(firstLine).join("; "),
  ];
}

function roleOf(node: NodeUp, known: KnownMembers | undefined): string {
  const { isLeader, isLearner, leaderId, memberId } = node;
  if (isUnborn(node)) return "unborn";
  if (known !== undefined && !known.all.has(memberId)) return "removed";
  if (isLeader) return "leader";
  if (isLearner) return "learner";
  return leaderId === 0 ? "no leader" : "follower";
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Such as `20 B` or `1.5 MiB`. */
export function byteCount(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${UNITS[unit]}`;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

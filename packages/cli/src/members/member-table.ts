import type { ClusterMember } from "@holdfast/client";
import { table } from "../output/table.ts";
import type { Terminal } from "../terminal.ts";
import { nameOf } from "./find-member.ts";

const HEAD: readonly string[] = ["MEMBER", "NAME", "PEER", "CLIENT", "PART"];

/** Who takes part, by name; `leader` is the id of the one that leads, if it is known. */
export function memberTable(
  terminal: Terminal,
  members: readonly ClusterMember[],
  leader: number | undefined,
): string {
  const rows = members
    .toSorted((a, b) => compare(nameOf(a), nameOf(b)))
    .map((member) => [
      member.id.toString(16),
      orDash(member.name),
      member.peerAddress,
      orDash(member.clientAddress),
      member.id === leader ? terminal.colours.green("leader") : partOf(member, members),
    ]);
  return table(terminal, HEAD, rows);
}

/** What a member is to the cluster, and what is waited for. */
export function partOf(member: ClusterMember, members: readonly ClusterMember[]): string {
  const { isStarted, isLearner, isPromoting, replaces } = member;
  const waiting = isStarted ? "" : ", its node has not joined yet";
  if (isLearner) return `learner${waiting}`;
  if (!isPromoting)
    return isReplaced(member, members) ? "voter, being replaced" : `voter${waiting}`;
  if (replaces !== undefined) return `catches up, then replaces ${replaces.toString(16)}`;
  return isStarted ? "catches up, then votes" : "will vote; its node has not joined yet";
}

function isReplaced({ id }: ClusterMember, members: readonly ClusterMember[]): boolean {
  return members.some(({ replaces }) => replaces === id);
}

function orDash(text: string): string {
  return text === "" ? "-" : text;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

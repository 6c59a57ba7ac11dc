import { type ClusterMember, connectAdmin } from "@holdfast/client";
import { type Cluster, eventually, type NodeProcess } from "@holdfast/testkit";
import { expect } from "vitest";
import { holdfast } from "../run-command.ts";

const VOTES_WITHIN_MS = 30_000;
const ASK_MS = 5_000;

/** Runs `holdfast` as an operator of the cluster, and expects it to succeed. */
export async function operate(cluster: Cluster, ...args: readonly string[]): Promise<string> {
  const endpoints = cluster.endpoints.join(",");
  const result = await holdfast(["--endpoints", endpoints, ...args]);
  expect(result).toMatchObject({ code: 0, stderr: "" });
  return result.stdout;
}

/** Who takes part, as a library would ask; the command takes a process each time. */
export async function members(cluster: Cluster): Promise<readonly ClusterMember[]> {
  using admin = connectAdmin(cluster.endpoints);
  return await admin.members({ timeoutMs: ASK_MS });
}

/** The names of those who vote, sorted. */
export async function voterNames(cluster: Cluster): Promise<readonly string[]> {
  const voters = (await members(cluster)).filter(isVoter);
  return voters.map(({ name }) => name).sort();
}

/** Names one node more, adds it to the members, starts it, and waits until it votes. */
export async function join(cluster: Cluster): Promise<NodeProcess> {
  const node = await cluster.addNode();
  await operate(cluster, "member", "add", node.id, "--peer", node.peer);
  await node.start();
  await votes(cluster, node);
  return node;
}

/** Resolves once the node is the member of its name, the only one, and votes. */
export async function votes(cluster: Cluster, node: NodeProcess): Promise<ClusterMember> {
  const voter = async (): Promise<ClusterMember | undefined> => {
    const status = await node.status();
    const [member, another] = (await members(cluster)).filter(({ name }) => name === node.id);
    if (member === undefined || another !== undefined || status.kind === "down") return undefined;
    return member.id === status.memberId && isVoter(member) ? member : undefined;
  };
  return eventually(voter, { within: VOTES_WITHIN_MS, what: `${node.id} votes` });
}

function isVoter({ isStarted, isLearner, isPromoting }: ClusterMember): boolean {
  return isStarted && !isLearner && !isPromoting;
}

/** Resolves once the node says that it was removed, and how it says so. */
export async function saysRemoved(node: NodeProcess, within: number): Promise<string> {
  return eventually(
    async () => {
      const status = await node.status();
      if (status.kind === "down") throw new Error(status.reason);
      return status.errors.find((text) => text.includes("removed"));
    },
    { within, what: `${node.id} says that it was removed` },
  );
}

import type { ReplicaStatus } from "@holdfast/replica";
import type { ServerMachine } from "./machine/server-machine.ts";

/** The newest leader, if there is one. */
export function leaderOf(machines: readonly ServerMachine[]): ServerMachine | undefined {
  const leaders = machines.filter((machine) => statusOf(machine)?.role === "leader");
  return leaders.sort((a, b) => (statusOf(b)?.term ?? 0) - (statusOf(a)?.term ?? 0))[0];
}

export function statusOf({ process }: ServerMachine): ReplicaStatus | undefined {
  return process?.replica?.status();
}

/** Whether its replica has stopped because the cluster goes on without it, and for no other reason. */
export function knowsItsRemoval(machine: ServerMachine): boolean {
  const status = statusOf(machine);
  return status?.role === "stopped" && /was removed from its cluster/.test(status.waitingFor ?? "");
}

/** Who takes part: the machines that the newest leader's configuration names, with the disks that they have now. */
export function membersOf(machines: readonly ServerMachine[]): readonly ServerMachine[] {
  const leader = leaderOf(machines);
  const profiles = leader === undefined ? [] : (statusOf(leader)?.membership.profiles ?? []);
  const stores = new Set(profiles.map(({ storeId }) => storeId));
  return machines.filter(({ storeId }) => stores.has(storeId));
}

/** Every member is there and votes, all follow one leader, and none lacks anything. */
export function isSettled(machines: readonly ServerMachine[]): boolean {
  const leader = leaderOf(machines);
  const status = leader === undefined ? undefined : statusOf(leader);
  if (status === undefined) return false;
  const { voters, outgoing, learners } = status.membership;
  if (outgoing.length + learners.length > 0) return false;
  const members = membersOf(machines);
  if (members.length !== voters.length) return false;
  return members.every((machine) => {
    const own = statusOf(machine);
    return (
      own?.memberId !== undefined &&
      voters.includes(own.memberId) &&
      own.term === status.term &&
      own.leader === status.memberId &&
      own.applied === status.lastIndex
    );
  });
}

/** Where everybody stands, for people. */
export function describeStanding(machines: readonly ServerMachine[]): string {
  const lines = machines.map((machine) => {
    const status = statusOf(machine);
    if (status === undefined) return `${machine.name}: down`;
    const { role, term, leader, committed, lastIndex, applied, waitingFor, memberId } = status;
    const waits = waitingFor === undefined ? "" : `, waits: ${waitingFor}`;
    return `${machine.name} (${memberId}): ${role} of term ${term}, leader ${leader}, ${applied}/${committed}/${lastIndex}${waits}`;
  });
  const leader = leaderOf(machines);
  const inForce = leader === undefined ? undefined : statusOf(leader)?.membership;
  return `${lines.join("; ")}; in force: ${JSON.stringify(inForce)}`;
}

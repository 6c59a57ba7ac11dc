import type { MemberId } from "@holdfast/base";
import { type Membership, membersOf } from "@holdfast/raft";

/** Who takes part, and how. */
export function membershipInWords(
  membership: Membership,
  nameOf: (id: MemberId) => number | string,
): string {
  const { voters, outgoing, learners } = membership;
  const names = (ids: Membership["voters"]): string =>
    ids
      .map((id) => `${nameOf(id)}`)
      .sort()
      .join(", ") || "none";
  const joint = outgoing.length === 0 ? "" : ` and also a majority of ${names(outgoing)}`;
  return `${membersOf(membership).length} members: voters ${names(voters)}${joint}, learners ${names(learners)}`;
}

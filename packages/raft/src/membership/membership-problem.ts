import type { MemberId } from "@holdfast/base";
import { type Membership, membersOf } from "../types/membership.ts";

/** What makes this no configuration that a cluster could run with; `undefined`: nothing. */
export function membershipProblem(membership: Membership): string | undefined {
  return partsProblem(membership) ?? promotionsProblem(membership) ?? profilesProblem(membership);
}

/** The parts of the members in quorums, without what is known of them beside. */
export function partsProblem(membership: Membership): string | undefined {
  const { voters, outgoing, learners, learnersNext, autoLeave } = membership;
  if (voters.length === 0) return "there is no voter";
  const all = [voters, outgoing, learners, learnersNext];
  if (!all.every(isAscending)) return "members are not sorted, or named twice";
  if (overlap(learners, voters) || overlap(learners, outgoing)) return "a learner votes";
  if (overlap(learnersNext, voters)) return "a voter is to become a learner";
  if (!learnersNext.every((id) => outgoing.includes(id))) {
    return "somebody becomes a learner who is no voter that leaves";
  }
  if (outgoing.length === 0 && autoLeave) return "only a joint configuration is left";
  return undefined;
}

function promotionsProblem({
  voters,
  learners,
  learnersNext,
  promotions,
}: Membership): string | undefined {
  if (!isAscending(promotions.map(({ learner }) => learner))) return "a learner is promoted twice";
  if (!promotions.every(({ learner: id }) => learners.includes(id) || learnersNext.includes(id))) {
    return "somebody is promoted who is no learner";
  }
  const replaced = promotions.flatMap(({ replaces }) => (replaces === undefined ? [] : [replaces]));
  if (!replaced.every((id) => voters.includes(id))) return "somebody is replaced who is no voter";
  return new Set(replaced).size === replaced.length ? undefined : "a voter is replaced twice";
}

function profilesProblem(membership: Membership): string | undefined {
  const members = membersOf(membership);
  const known = membership.profiles.map(({ id }) => id);
  const same = known.length === members.length && members.every((id, at) => known[at] === id);
  return same ? undefined : "members and profiles differ";
}

function isAscending(ids: readonly MemberId[]): boolean {
  return ids.every((id, at) => at === 0 || id > (ids[at - 1] ?? id));
}

function overlap(some: readonly MemberId[], others: readonly MemberId[]): boolean {
  return some.some((id) => others.includes(id));
}

import type { MemberId } from "@holdfast/base";
import type {
  MemberProfile,
  Membership,
  MembershipTarget,
  Promotion,
} from "../types/membership.ts";
import { membershipProblem } from "./membership-problem.ts";

/** Whether decisions need a majority of two sets of voters. */
export function isJoint({ outgoing }: Membership): boolean {
  return outgoing.length > 0;
}

/**
 * The next configuration on the way from `current`, which is not joint, to `target`: a
 * joint one if the voters differ, the target itself otherwise. `undefined`: the target
 * is none that a cluster could run with.
 *
 * Voters that become learners stay voters of the old half until the joint configuration
 * is left, for nobody is both (thesis, section 4.3).
 */
export function planChange(current: Membership, target: MembershipTarget): Membership | undefined {
  const goal = plain(target);
  if (membershipProblem(goal) !== undefined) return undefined;
  if (sameIds(goal.voters, current.voters)) return goal;
  const votes = (id: MemberId): boolean => current.voters.includes(id);
  const joint: Membership = {
    ...goal,
    outgoing: current.voters,
    learners: goal.learners.filter((id) => !votes(id)),
    learnersNext: goal.learners.filter(votes),
    autoLeave: true,
    profiles: withLeaving(goal, current),
  };
  return membershipProblem(joint) === undefined ? joint : undefined;
}

/** What follows a joint configuration. */
export function leaveJoint(joint: Membership): Membership {
  const { voters, promotions, profiles } = joint;
  const learners = ascending([...joint.learners, ...joint.learnersNext]);
  const staying = profiles.filter(({ id }) => voters.includes(id) || learners.includes(id));
  return plain({ voters, learners, promotions, profiles: staying });
}

/** The configuration in which a learner has been promoted, and whom it replaces has left. */
export function promoted(current: Membership, { learner, replaces }: Promotion): MembershipTarget {
  return {
    voters: [...current.voters.filter((id) => id !== replaces), learner],
    learners: current.learners.filter((id) => id !== learner),
    promotions: current.promotions.filter((other) => other.learner !== learner),
    profiles: current.profiles.filter(({ id }) => id !== replaces),
  };
}

function plain({ voters, learners, promotions, profiles }: MembershipTarget): Membership {
  return {
    voters: ascending(voters),
    outgoing: [],
    learners: ascending(learners),
    learnersNext: [],
    autoLeave: false,
    promotions: [...promotions].sort((a, b) => a.learner - b.learner),
    profiles: byId(profiles),
  };
}

/** Those who leave keep their profiles until they have left: they are still sent the log. */
function withLeaving(goal: Membership, current: Membership): readonly MemberProfile[] {
  const known = new Set(goal.profiles.map(({ id }) => id));
  const leaving = current.profiles.filter(
    ({ id }) => !known.has(id) && current.voters.includes(id),
  );
  return byId([...goal.profiles, ...leaving]);
}

function byId(profiles: readonly MemberProfile[]): readonly MemberProfile[] {
  return [...profiles].sort((a, b) => a.id - b.id);
}

function ascending(ids: readonly MemberId[]): readonly MemberId[] {
  return [...ids].sort((a, b) => a - b);
}

function sameIds(a: readonly MemberId[], b: readonly MemberId[]): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}

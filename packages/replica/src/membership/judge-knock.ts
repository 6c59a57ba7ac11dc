import type { MemberId, StoreId } from "@holdfast/base";
import type { MemberProfile, Membership, MembershipTarget } from "@holdfast/raft";
import { type ClusterView, withProfile } from "./plan-request.ts";
import { isReserved } from "./reserved-store.ts";

/** An unborn node says who it would be. */
export interface Knock {
  readonly name: string;
  readonly storeId: StoreId;
  readonly peerAddress: string;
  readonly clientAddress: string;
}

/** What a leader does about it: nothing, for a reason worth telling or not, or a change. */
export type KnockVerdict =
  | { readonly kind: "admitted" }
  | { readonly kind: "unknown" }
  | { readonly kind: "wait"; readonly reason: string }
  | { readonly kind: "bind"; readonly member: MemberId; readonly target: MembershipTarget }
  | {
      readonly kind: "replace";
      readonly member: MemberId;
      readonly replaces: MemberId;
      readonly target: MembershipTarget;
    };

/** What a leader knows beyond its configuration. */
export interface KnockView extends ClusterView {
  /** Whether this member has not been connected for an election timeout. */
  isLost(id: MemberId): boolean;
}

/**
 * Judges an unborn node against the configuration in force (docs/decisions/0008): a
 * reserved place is taken, a wiped store is replaced, a stranger is not admitted.
 */
export function judgeKnock(current: Membership, knock: Knock, view: KnockView): KnockVerdict {
  const profile = placeOf(current, knock);
  if (profile === undefined) return { kind: "unknown" };
  if (profile.storeId === knock.storeId) return { kind: "admitted" };
  if (current.outgoing.length > 0) {
    return { kind: "wait", reason: "another change of the membership is under way" };
  }
  const { name, storeId, peerAddress, clientAddress } = knock;
  // A store that replaces another is of the same name, and where that one was.
  const there = current.profiles.find(
    (other) => other.id !== profile.id && other.name !== name && other.peerAddress === peerAddress,
  );
  if (there !== undefined) {
    const who = there.name === "" ? "a member that is still to come" : there.name;
    const reason = `${name} says that it is at ${peerAddress}, where ${who} is: correct its file`;
    return { kind: "wait", reason };
  }
  if (isReserved(profile)) {
    if (current.profiles.some((other) => other.id !== profile.id && other.name === name)) {
      return { kind: "wait", reason: `there is a member ${name} already, at another address` };
    }
    const bound = { id: profile.id, name, storeId, peerAddress, clientAddress };
    return { kind: "bind", member: profile.id, target: withProfile(current, bound) };
  }
  return judgeReplacement(current, profile, knock, view);
}

/** A store that replaces another stands beside it for a while, as a learner: then that one counts. */
function placeOf(current: Membership, knock: Knock): MemberProfile | undefined {
  const { profiles, learners } = current;
  const sameStore = profiles.find(({ storeId }) => storeId === knock.storeId);
  if (sameStore !== undefined) return sameStore;
  const nameless = profiles.find(
    (profile) =>
      isReserved(profile) && profile.name === "" && profile.peerAddress === knock.peerAddress,
  );
  const named = profiles.filter(({ name }) => name === knock.name);
  return nameless ?? named.find(({ id }) => learners.includes(id)) ?? named[0];
}

function judgeReplacement(
  current: Membership,
  old: MemberProfile,
  knock: Knock,
  view: KnockView,
): KnockVerdict {
  const { learners, voters, promotions, profiles } = current;
  if (!view.isLost(old.id)) {
    return { kind: "wait", reason: `the former store of ${knock.name} is still connected` };
  }
  const others = voters.filter((id) => id !== old.id);
  const connected = others.filter((id) => view.isConnected(id)).length;
  const needed = Math.floor(voters.length / 2) + 1;
  if (connected < Math.min(needed, others.length)) {
    return {
      kind: "wait",
      reason: `${needed} voters must be connected before a store is replaced, and ${connected} are`,
    };
  }
  const { name, storeId, peerAddress, clientAddress } = knock;
  // Never one that was given before, as an id that follows from the store would be: a member that hears of its removal is gone for good.
  const member = view.newId();
  const isVoter = voters.includes(old.id);
  // A store that was to take another's place and is itself gone hands that task on.
  const former = promotions.find(({ learner }) => learner === old.id);
  const replaces = isVoter ? old.id : former?.replaces;
  const promotes = isVoter || former !== undefined;
  const kept = promotions.filter(({ learner }) => learner !== old.id);
  const keepsOld = isVoter;
  return {
    kind: "replace",
    member,
    replaces: old.id,
    target: {
      voters,
      learners: [...learners.filter((id) => id !== old.id), member].sort((a, b) => a - b),
      promotions: promotes
        ? [...kept, { learner: member, replaces }].sort((a, b) => a.learner - b.learner)
        : kept,
      profiles: [
        ...profiles.filter(({ id }) => keepsOld || id !== old.id),
        { id: member, name, storeId, peerAddress, clientAddress },
      ].sort((a, b) => a.id - b.id),
    },
  };
}

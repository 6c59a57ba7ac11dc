import type { MemberId } from "@holdfast/base";
import type { MemberProfile, Membership, MembershipTarget } from "@holdfast/raft";
import { MembershipRefusedError } from "./membership-refused-error.ts";
import type { MembershipRequest } from "./membership-request.ts";
import { isReserved, RESERVED_STORE } from "./reserved-store.ts";

/** Members of a cluster at most, learners included: each more makes every write slower and none safer. */
export const MEMBERS_MAX = 9;
/** Learners at a time at most: each is sent everything. */
export const LEARNERS_MAX = 3;

/** What the leader sees of its cluster while it plans. */
export interface ClusterView {
  /** Whether this member is connected, itself included. */
  isConnected(id: MemberId): boolean;
  /** Whether this learner's log is close behind the leader's. */
  isInSync(id: MemberId): boolean;
  /** An id that no member ever had. */
  newId(): MemberId;
}

export interface PlannedChange {
  readonly target: MembershipTarget;
  /** The member that is added, changed or removed. */
  readonly member: MemberId;
}

/**
 * The configuration that a request leads to from the one in force.
 *
 * @throws MembershipRefusedError if the request makes no sense, or would leave the cluster without a
 * quorum of members that are up.
 */
export function planRequest(
  current: Membership,
  request: MembershipRequest,
  view: ClusterView,
): PlannedChange {
  if (current.outgoing.length > 0) {
    throw new MembershipRefusedError("CHANGE_IN_PROGRESS", "another change is under way");
  }
  switch (request.kind) {
    case "add":
      return planAdd(current, request, view);
    case "remove":
      return planRemove(current, request.id, view);
    case "promote":
      return planPromote(current, request.id, view);
    case "update":
      return planUpdate(current, request);
  }
}

/** Adds a learner; one that shall vote is promoted later by the core. */
function planAdd(
  current: Membership,
  request: Extract<MembershipRequest, { readonly kind: "add" }>,
  view: ClusterView,
): PlannedChange {
  const { name, peerAddress, clientAddress, learner } = request;
  refuseTaken(current, undefined, request);
  if (current.profiles.length >= MEMBERS_MAX) {
    const message = `a cluster has at most ${MEMBERS_MAX} members`;
    throw new MembershipRefusedError("TOO_MANY_MEMBERS", message);
  }
  if (current.learners.length >= LEARNERS_MAX) {
    const message = `${current.learners.length} members are catching up or learners already; at most ${LEARNERS_MAX} at a time`;
    throw new MembershipRefusedError("TOO_MANY_LEARNERS", message);
  }
  if (!learner) requireRoomForVoter(current, view);
  const id = view.newId();
  const profile = { id, name, storeId: RESERVED_STORE, peerAddress, clientAddress };
  const promotion = { learner: id, replaces: undefined };
  return {
    member: id,
    target: {
      voters: current.voters,
      learners: ascending([...current.learners, id]),
      promotions: learner
        ? current.promotions
        : [...current.promotions, promotion].sort((a, b) => a.learner - b.learner),
      profiles: [...current.profiles, profile].sort((a, b) => a.id - b.id),
    },
  };
}

function planRemove(current: Membership, id: MemberId, view: ClusterView): PlannedChange {
  profileOf(current, id);
  const voters = current.voters.filter((voter) => voter !== id);
  if (voters.length === 0) {
    throw new MembershipRefusedError("LAST_VOTER", "the last voter cannot be removed");
  }
  if (voters.length < current.voters.length) requireConnected(voters, view);
  const replacements = current.promotions.map((promotion) =>
    promotion.replaces === id ? { ...promotion, replaces: undefined } : promotion,
  );
  return {
    member: id,
    target: {
      voters,
      learners: current.learners.filter((learner) => learner !== id),
      promotions: replacements.filter(({ learner }) => learner !== id),
      profiles: current.profiles.filter((profile) => profile.id !== id),
    },
  };
}

function planPromote(current: Membership, id: MemberId, view: ClusterView): PlannedChange {
  const profile = profileOf(current, id);
  if (!current.learners.includes(id)) {
    throw new MembershipRefusedError("NOT_A_LEARNER", `member ${calledBy(profile)} votes already`);
  }
  if (isReserved(profile) || !view.isInSync(id)) {
    const message = `member ${calledBy(profile)} has not caught up with the leader yet`;
    throw new MembershipRefusedError("LEARNER_NOT_READY", message);
  }
  const promotion = current.promotions.find(({ learner }) => learner === id);
  const voters = current.voters.filter((voter) => voter !== promotion?.replaces);
  return {
    member: id,
    target: {
      voters: ascending([...voters, id]),
      learners: current.learners.filter((learner) => learner !== id),
      promotions: current.promotions.filter(({ learner }) => learner !== id),
      profiles: current.profiles.filter((other) => other.id !== promotion?.replaces),
    },
  };
}

function planUpdate(
  current: Membership,
  request: Extract<MembershipRequest, { readonly kind: "update" }>,
): PlannedChange {
  const { id } = request;
  const profile = profileOf(current, id);
  refuseTaken(current, id, { ...request, name: "" });
  const updated: MemberProfile = {
    ...profile,
    peerAddress: request.peerAddress === "" ? profile.peerAddress : request.peerAddress,
    clientAddress: request.clientAddress === "" ? profile.clientAddress : request.clientAddress,
  };
  return { member: id, target: withProfile(current, updated) };
}

/** The same configuration with one profile exchanged. */
export function withProfile(current: Membership, profile: MemberProfile): MembershipTarget {
  const { voters, learners, promotions } = current;
  const profiles = current.profiles.map((other) => (other.id === profile.id ? profile : other));
  return { voters, learners, promotions, profiles };
}

function profileOf(current: Membership, id: MemberId): MemberProfile {
  const found = current.profiles.find((profile) => profile.id === id);
  if (found !== undefined) return found;
  throw new MembershipRefusedError("MEMBER_NOT_FOUND", `there is no member ${id.toString(16)}`);
}

function refuseTaken(
  current: Membership,
  self: MemberId | undefined,
  wanted: { readonly name: string; readonly peerAddress: string },
): void {
  for (const { id, name, peerAddress } of current.profiles) {
    if (id === self) continue;
    if (wanted.peerAddress !== "" && peerAddress === wanted.peerAddress) {
      const message = `peer address ${peerAddress} belongs to member ${calledBy({ id, name })}`;
      throw new MembershipRefusedError("PEER_ADDRESS_TAKEN", message);
    }
    if (wanted.name !== "" && name === wanted.name) {
      const message = `there is a member ${calledBy({ id, name })} already`;
      throw new MembershipRefusedError("MEMBER_NAME_TAKEN", message);
    }
  }
}

/** A voter more must not raise the quorum above what is up, or one failure would end all writes. */
function requireRoomForVoter(current: Membership, view: ClusterView): void {
  const connected = current.voters.filter((id) => view.isConnected(id)).length;
  const needed = majority(current.voters.length + 1);
  // From one voter a second one is always waited for: it joins as a learner and blocks nothing.
  if (connected >= needed || current.voters.length === 1) return;
  const message = `with one voter more ${needed} are needed for a quorum, and ${connected} are connected`;
  throw new MembershipRefusedError("QUORUM_NOT_CONNECTED", message);
}

/** The voters that stay must have a quorum among themselves. */
function requireConnected(staying: readonly MemberId[], view: ClusterView): void {
  const connected = staying.filter((id) => view.isConnected(id)).length;
  const needed = majority(staying.length);
  if (connected >= needed) return;
  const message = `${needed} of the ${staying.length} voters that stay are needed, and ${connected} are connected`;
  throw new MembershipRefusedError("QUORUM_NOT_CONNECTED", message);
}

/** As people know it: by its name, with the id as tables show it. */
function calledBy({ id, name }: Pick<MemberProfile, "id" | "name">): string {
  return name === "" ? id.toString(16) : `${name} (${id.toString(16)})`;
}

function majority(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

function ascending(ids: readonly MemberId[]): readonly MemberId[] {
  return [...ids].sort((a, b) => a - b);
}

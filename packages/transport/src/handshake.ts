import type { MemberId, StoreId } from "@holdfast/base";
import type { MemberProfile } from "@holdfast/raft";
import { isReserved, type PeerIdentity, type PeerMessage } from "@holdfast/replica";

/** The version of the conversation that stands in every identity. */
export const PEER_PROTOCOL = 1;

/** Whom a node meant to reach. */
export interface ExpectedPeer {
  readonly id: MemberId;
  readonly storeId: StoreId;
}

/**
 * Why a node takes no messages from whoever introduced itself; `undefined` if it does.
 *
 * Whoever takes this node for a member may speak to it, though it has never heard of the caller: that
 * may be a leader that was added while this node was away, and only what it sends names it (Raft,
 * section 6). A member that was removed and does not know it yet is heard as well, and refused its votes.
 */
export function refusalOfCaller(own: PeerIdentity, caller: PeerIdentity): string | undefined {
  if (caller.storeId === own.storeId) {
    return `store ${own.storeId} is this node's own: two nodes share a copy of one directory, or a node dialled itself`;
  }
  if (own.clusterId === undefined || own.memberId === undefined) {
    return `node ${own.name} is unborn: it takes no messages before it belongs to a cluster`;
  }
  if (caller.clusterId === undefined || caller.memberId === undefined) {
    return `node ${caller.name} is unborn: it sends no messages before it belongs to a cluster`;
  }
  if (caller.clusterId !== own.clusterId) {
    return `node ${caller.name} belongs to cluster ${caller.clusterId}, this one to ${own.clusterId}`;
  }
  const profile = own.membership?.profiles.find(({ id }) => id === caller.memberId);
  // A place that is kept for somebody does not say yet for whom.
  if (profile === undefined || isReserved(profile)) {
    if (knows(caller, own) && knows(caller, caller)) return undefined;
    return `member ${caller.memberId} (${caller.name}) is not in the membership that node ${own.name} knows`;
  }
  if (profile.storeId !== caller.storeId) {
    return `member ${caller.memberId} (${caller.name}) is known with store ${profile.storeId}, not ${caller.storeId}`;
  }
  return undefined;
}

/** Whether somebody's membership names a member, with its store. */
function knows({ membership }: PeerIdentity, { memberId, storeId }: PeerIdentity): boolean {
  return (
    membership?.profiles.some(
      (profile) => profile.id === memberId && profile.storeId === storeId,
    ) ?? false
  );
}

/** How to answer a caller that is in no membership that this node knows. */
export function guestProfile(caller: PeerIdentity): MemberProfile | undefined {
  const { memberId: id, name, storeId, peerAddress, clientAddress } = caller;
  return id === undefined ? undefined : { id, name, storeId, peerAddress, clientAddress };
}

/** Callers that are answered without being known, at most; more are heard, and not answered. */
export const GUESTS_MAX = 16;

/**
 * Whether the sender waits for an answer. Its connection may be older than the configuration in force, which may not
 * name it: a member that catches up has the configurations of before in force for a while.
 */
export function wantsAnswer(peerMessage: PeerMessage): boolean {
  if (peerMessage.kind !== "raft") return false;
  const { kind } = peerMessage.message;
  return kind.endsWith("-request") || kind === "snapshot-offer";
}

/** Who asks for a state, as the request says. */
export interface SnapshotCaller {
  readonly clusterId: number;
  readonly from: MemberId;
  readonly storeId: string;
  readonly to: MemberId;
}

/** Why a node gives no state to whoever asks for one; `undefined` if it may. */
export function refusalOfSnapshot(own: PeerIdentity, caller: SnapshotCaller): string | undefined {
  if (own.clusterId === undefined || own.memberId === undefined) {
    return `node ${own.name} is unborn: it has no state`;
  }
  if (caller.clusterId !== own.clusterId) {
    return `the caller belongs to cluster ${caller.clusterId}, this node to ${own.clusterId}`;
  }
  if (caller.to !== own.memberId) {
    return `member ${caller.to} was asked, this node is member ${own.memberId}`;
  }
  const profile = own.membership?.profiles.find(({ id }) => id === caller.from);
  if (profile?.storeId !== caller.storeId) {
    return `member ${caller.from} with store ${caller.storeId} is not in the membership that node ${own.name} knows`;
  }
  return undefined;
}

/** Why a node sends no messages to whoever answered its dial; `undefined` if it does. */
export function refusalOfAnswer(
  own: PeerIdentity,
  expected: ExpectedPeer,
  answer: PeerIdentity,
): string | undefined {
  if (answer.clusterId === undefined || answer.memberId === undefined) {
    return `node ${answer.name} is unborn`;
  }
  if (answer.clusterId !== own.clusterId) {
    return `node ${answer.name} belongs to cluster ${answer.clusterId}, this one to ${own.clusterId ?? "none yet"}`;
  }
  if (answer.memberId !== expected.id || answer.storeId !== expected.storeId) {
    return `member ${answer.memberId} (${answer.name}, store ${answer.storeId}) answered instead of member ${expected.id} (store ${expected.storeId})`;
  }
  return undefined;
}

/** Whether two nodes pace themselves alike; different timings cost elections, not safety. */
export function sameTimings(a: PeerIdentity, b: PeerIdentity): boolean {
  return a.heartbeatMs === b.heartbeatMs && a.electionTimeoutMs === b.electionTimeoutMs;
}

/** Whether a message says it comes from `from` and, where it names a receiver, goes to `to`. */
export function isAddressed(
  peerMessage: PeerMessage,
  from: MemberId | undefined,
  to: MemberId | undefined,
): boolean {
  if (peerMessage.kind !== "raft") return peerMessage.from === from;
  return peerMessage.message.from === from && peerMessage.message.to === to;
}

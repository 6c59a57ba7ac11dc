import type { LogIndex, MemberId } from "@holdfast/base";
import type { PeerProgress } from "../progress/peer-progress.ts";
import type { Token } from "../types/input.ts";
import type { ContactRounds } from "./contact-rounds.ts";
import type { PendingReads } from "./pending-reads.ts";

/** What only a leader has. */
export interface LeaderRole {
  readonly kind: "leader";
  /** Everybody who is sent the log but itself, sorted by id: the members, and those who are just leaving. */
  peers: readonly PeerProgress[];
  readonly rounds: ContactRounds;
  readonly reads: PendingReads;
  /** The entry that began this leadership; reads start there. */
  readonly noopIndex: LogIndex;
  /** Bytes appended in this leadership and not yet committed, by entry. */
  readonly uncommitted: UncommittedQuota;
  nextHeartbeatAt: number;
  /** A change of membership that was asked for here and is not complete. */
  change: PendingChange | undefined;
  /** A stall of the own disk was noticed and dealt with (checklist F32). */
  stallSeen: boolean;
}

export interface UncommittedQuota {
  bytes: number;
  readonly entries: { readonly index: LogIndex; readonly bytes: number }[];
}

export interface PendingChange {
  readonly token: Token;
  /** Where the configuration that was wanted stands; `undefined` while the joint one before it is not left. */
  readonly finalIndex: LogIndex | undefined;
}

export function peerOf(role: LeaderRole, id: MemberId): PeerProgress | undefined {
  for (const peer of role.peers) if (peer.id === id) return peer;
  return undefined;
}

import type { LogIndex, MemberId } from "@holdfast/base";
import type { PeerProgress } from "../progress/peer-progress.ts";
import type { ContactRounds } from "./contact-rounds.ts";
import type { PendingReads } from "./pending-reads.ts";

/** What only a leader has. */
export interface LeaderRole {
  readonly kind: "leader";
  /** Everybody who is sent the log but itself, sorted by id. */
  readonly peers: PeerProgress[];
  readonly rounds: ContactRounds;
  readonly reads: PendingReads;
  /** The entry that began this leadership; reads start there. */
  readonly noopIndex: LogIndex;
  /** Bytes appended in this leadership and not yet committed, by entry. */
  readonly uncommitted: UncommittedQuota;
  nextHeartbeatAt: number;
}

export interface UncommittedQuota {
  bytes: number;
  readonly entries: { readonly index: LogIndex; readonly bytes: number }[];
}

export function peerOf(role: LeaderRole, id: MemberId): PeerProgress | undefined {
  return role.peers.find((peer) => peer.id === id);
}

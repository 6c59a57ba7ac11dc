import type { LogIndex, MemberId, Millis, Term } from "@holdfast/base";
import type { RoleName } from "./effects.ts";
import type { Membership } from "./membership.ts";

export interface PeerStatus {
  readonly id: MemberId;
  readonly state: "probe" | "replicate";
  readonly match: LogIndex;
  readonly next: LogIndex;
}

/** A frozen moment of one core. */
export interface RaftStatus {
  readonly id: MemberId;
  readonly role: RoleName;
  readonly term: Term;
  readonly vote: MemberId | undefined;
  readonly leader: MemberId | undefined;
  readonly commit: LogIndex;
  readonly durable: LogIndex;
  readonly lastIndex: LogIndex;
  readonly compacted: LogIndex;
  readonly uncommittedBytes: number;
  readonly membership: Membership;
  /** Filled in by a leader only. */
  readonly peers: readonly PeerStatus[];
  readonly nextDeadline: Millis;
}

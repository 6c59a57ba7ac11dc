import type { LogIndex, MemberId, Millis, Term } from "@holdfast/base";
import type { RoleName } from "./effects.ts";
import type { Membership } from "./membership.ts";

export interface PeerStatus {
  readonly id: MemberId;
  readonly state: "probe" | "replicate" | "snapshot";
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
  /** Where the configuration in force stands in the log. */
  readonly membershipIndex: LogIndex;
  /** A leader that hands over takes no proposals. */
  readonly transferringTo: MemberId | undefined;
  /** How long the oldest write that is under way has been so; 0 if there is none. */
  readonly persistAgeMs: Millis;
  /** Filled in by a leader only. */
  readonly peers: readonly PeerStatus[];
  readonly nextDeadline: Millis;
}

import type { LogIndex, MemberId, Term } from "@holdfast/base";
import type { Entry, EntryId } from "./entry.ts";
import type { SnapshotMeta } from "./snapshot-meta.ts";

interface Envelope {
  readonly from: MemberId;
  readonly to: MemberId;
  /** The sender's term, but for pre-vote requests and grants: there the term asked about. */
  readonly term: Term;
}

/** A leader's session with one peer: acknowledgements of an earlier one are not credited (checklist F13). */
export type Epoch = number;
/** Counts a leader's questions "am I still the leader?" within a term (raft.md §5). */
export type Round = number;

/** "Would you vote for me at `term`?" Changes no state anywhere (thesis, section 9.6). */
export interface PreVoteRequest extends Envelope {
  readonly kind: "pre-vote-request";
  readonly last: EntryId;
}
/** A grant carries the term asked about, a refusal the sender's own. */
export interface PreVoteResponse extends Envelope {
  readonly kind: "pre-vote-response";
  readonly granted: boolean;
}
export interface VoteRequest extends Envelope {
  readonly kind: "vote-request";
  readonly last: EntryId;
  /** A leader asked for this campaign, so stickiness does not apply (thesis, section 3.10). */
  readonly transfer: boolean;
}
export interface VoteResponse extends Envelope {
  readonly kind: "vote-response";
  readonly granted: boolean;
}
export interface AppendRequest extends Envelope {
  readonly kind: "append-request";
  readonly epoch: Epoch;
  readonly round: Round;
  readonly prev: EntryId;
  readonly entries: readonly Entry[];
  readonly commit: LogIndex;
  /** Up to here every live member holds the log: none of them will ask for it again. */
  readonly floor: LogIndex;
}
export interface AppendAccepted extends Envelope {
  readonly kind: "append-accepted";
  readonly epoch: Epoch;
  readonly round: Round;
  /** Durable here and equal to the leader's log up to this index. */
  readonly match: LogIndex;
}
export interface AppendRejected extends Envelope {
  readonly kind: "append-rejected";
  readonly epoch: Epoch;
  readonly round: Round;
  /** The `prev.index` that did not match. */
  readonly rejected: LogIndex;
  /** The greatest own entry at or below it whose term does not exceed `prev.term` (checklist F19). */
  readonly hint: EntryId;
}
export interface HeartbeatRequest extends Envelope {
  readonly kind: "heartbeat-request";
  readonly epoch: Epoch;
  readonly round: Round;
  /** Never above what this peer is known to hold. */
  readonly commit: LogIndex;
  readonly floor: LogIndex;
}
export interface HeartbeatResponse extends Envelope {
  readonly kind: "heartbeat-response";
  readonly epoch: Epoch;
  readonly round: Round;
}
/** A follower asks for a read index; `id` grows with each question of one follower's life. */
export interface ReadIndexRequest extends Envelope {
  readonly kind: "read-index-request";
  readonly id: number;
}
export interface ReadIndexResponse extends Envelope {
  readonly kind: "read-index-response";
  readonly id: number;
  /** `undefined`: refused; the sender leads no longer, or its reads are full. */
  readonly index: LogIndex | undefined;
}
/** "Campaign at once": the last step of a leadership transfer (thesis, section 3.10). */
export interface TimeoutNow extends Envelope {
  readonly kind: "timeout-now";
}
/** Offers a state to a peer that the log no longer reaches; the bytes go out of band. */
export interface SnapshotOffer extends Envelope {
  readonly kind: "snapshot-offer";
  readonly epoch: Epoch;
  readonly round: Round;
  readonly meta: SnapshotMeta;
}

/** Whatever peers say to each other. The network may lose, repeat and reorder it. */
export type Message =
  | PreVoteRequest
  | PreVoteResponse
  | VoteRequest
  | VoteResponse
  | AppendRequest
  | AppendAccepted
  | AppendRejected
  | HeartbeatRequest
  | HeartbeatResponse
  | ReadIndexRequest
  | ReadIndexResponse
  | TimeoutNow
  | SnapshotOffer;

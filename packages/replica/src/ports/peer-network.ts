import type { BootId, ClusterId, MemberId, Millis, StoreId, Term } from "@holdfast/base";
import type { EntryId, Epoch, MemberProfile, Membership, Message } from "@holdfast/raft";
import type { SnapshotChunk } from "@holdfast/storage";
import type { HashMessage } from "../hashes/hash-message.ts";
import type { LeaseMessage } from "../leases/lease-message.ts";
import type { LeaderAnswer, LeaderQuestion } from "../membership/leader-question.ts";

/**
 * What replicas say to each other: the core's messages, and proposals that a
 * replica forwards to the leader. A forwarded batch carries its own session, so it
 * may be sent twice; the answer is that the batch is applied where it came from
 * (decision 18).
 */
export type PeerMessage =
  | { readonly kind: "raft"; readonly message: Message }
  | { readonly kind: "forward"; readonly from: MemberId; readonly batch: Uint8Array }
  | {
      readonly kind: "forward-refused";
      readonly from: MemberId;
      readonly session: Uint8Array;
      readonly firstSequence: number;
      readonly reason: ForwardRefusal;
    }
  /** A follower tells the leader whether its disk has room; repeated all the time, so one that is lost does no harm. */
  | { readonly kind: "room"; readonly from: MemberId; readonly hasRoom: boolean }
  /** An operator's question for the leader; it is sent once, `id` grows with each question of one life. */
  | {
      readonly kind: "ask";
      readonly from: MemberId;
      readonly id: number;
      /** The asker waits so long, ms. */
      readonly withinMs: Millis;
      readonly question: LeaderQuestion;
    }
  | {
      readonly kind: "answer";
      readonly from: MemberId;
      readonly id: number;
      readonly answer: LeaderAnswer;
    }
  | LeaseMessage
  | HashMessage;

/** Why a leader did not take a batch: it does not lead now, has too much to do, or its disk is nearly full. */
export type ForwardRefusal = "not-leader" | "overloaded" | "no-space";

/** Asks a leader for one chunk of the state that it offered (docs/decisions/0007). */
export interface SnapshotRequest {
  /** Who asks. */
  readonly from: MemberId;
  /** Who is asked. */
  readonly to: MemberId;
  /** These three name the offer: chunks of two of them never mix. */
  readonly term: Term;
  readonly epoch: Epoch;
  readonly last: EntryId;
  readonly sequence: number;
}

export type SnapshotAnswer =
  | { readonly kind: "chunk"; readonly chunk: SnapshotChunk }
  /** That state is not to be had there any more, for this reason: throw away what is there, wait for an offer. */
  | { readonly kind: "gone"; readonly reason: string };

/** A connection for one state, apart from all other traffic (decision 21). */
export interface SnapshotSource {
  /**
   * Rejects with a retryable error if there is no answer within `timeoutMs`, or no
   * connection: the same may be asked again. At once after {@link close}.
   */
  ask(request: SnapshotRequest, timeoutMs: Millis): Promise<SnapshotAnswer>;
  /** Idempotent; what is being asked rejects. */
  close(): void;
}

/** Who a node is; the same at both ends of a connection is a mistake, another cluster is refused. */
export interface PeerIdentity {
  readonly name: string;
  readonly storeId: StoreId;
  readonly bootId: BootId;
  /** `undefined`: unborn (decision 16). */
  readonly clusterId: ClusterId | undefined;
  readonly memberId: MemberId | undefined;
  /** The configuration in force there; `undefined` while unborn. */
  readonly membership: Membership | undefined;
  /** Whether it is committed, as far as this node knows; one that is not may be rolled back. */
  readonly membershipCommitted: boolean;
  /** Whether nothing is missing from it that was committed before this was asked; false where nobody made sure. */
  readonly membershipConfirmed: boolean;
  readonly heartbeatMs: number;
  readonly electionTimeoutMs: number;
  /** Where the configuration says that this node listens, `host:port`. */
  readonly peerAddress: string;
  readonly clientAddress: string;
}

/**
 * Carries messages to peers, or loses them. Never waits, never throws: a lost
 * message and a slow one look the same to Raft. Each peer has a bounded queue;
 * what does not fit is dropped and counted.
 */
export interface PeerNetwork {
  /** Who is to be connected to; called at birth and whenever the membership changes. */
  setPeers(peers: readonly MemberProfile[]): void;
  send(to: MemberId, messages: readonly PeerMessage[]): void;
  /** Asks the node at an address who it is; rejects if it does not answer within `timeoutMs`. */
  hello(address: string, timeoutMs: number): Promise<PeerIdentity>;
  /** Connects for a state that the peer offered; the caller closes it. */
  snapshotSource(from: MemberId): SnapshotSource;
}

/** What the network tells its replica. */
export interface PeerEvents {
  received(messages: readonly PeerMessage[]): void;
  /** A stream to the peer stands, to a process with this boot id. */
  connected(peer: MemberId, bootId: BootId): void;
  /** The stream broke; nothing is known yet of the process behind it. */
  disconnected(peer: MemberId): void;
  /** The process is gone for sure: the dial was refused, or another boot id answered (decision 20). */
  gone(peer: MemberId): void;
  /**
   * Somebody asks who this node is; an unborn one wants to be admitted by that (docs/decisions/0008). Resolves when
   * it may be told, with {@link PeerIdentity.membershipConfirmed}; never rejects.
   */
  asked(caller: PeerIdentity): Promise<boolean>;
  /** A peer of the same cluster asks for a chunk of a state; it never rejects. */
  snapshotAsked(request: SnapshotRequest): Promise<SnapshotAnswer>;
}

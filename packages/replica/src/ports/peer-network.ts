import type { BootId, ClusterId, MemberId, Millis, StoreId } from "@holdfast/base";
import type { MemberProfile, Membership, Message } from "@holdfast/raft";
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
      readonly reason: "not-leader" | "overloaded";
    }
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
    };

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
  /** An unborn node asked who this one is: it wants to be admitted (docs/decisions/0008). */
  knocked(caller: PeerIdentity): void;
}

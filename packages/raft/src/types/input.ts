import type { LogIndex, MemberId } from "@holdfast/base";
import type { Entry } from "./entry.ts";
import type { MembershipTarget } from "./membership.ts";
import type { Epoch, Message } from "./message.ts";
import type { SnapshotMeta } from "./snapshot-meta.ts";

/** The driver's name for a proposal or a read; it comes back in one {@link import("./effects.ts").Outcome}. */
export type Token = number;

export interface Proposal {
  readonly token: Token;
  readonly payload: Uint8Array;
}

/** Numbers the core's writes; they become durable in this order. */
export type WriteSeq = number;

/** Everything that can happen to a core. */
export type Input =
  /** Time passed. */
  | { readonly kind: "tick" }
  /** From a peer of the same cluster and group, of valid shape. */
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "propose"; readonly proposals: readonly Proposal[] }
  /** Wants an index such that a state applied up to it is linearizable from now on. */
  | { readonly kind: "read-index"; readonly token: Token }
  /** All writes up to `seq` are durable. */
  | { readonly kind: "persisted"; readonly seq: WriteSeq }
  /** The applied state up to `index` is durable: the log behind it is no longer needed here. */
  | { readonly kind: "state-durable"; readonly index: LogIndex }
  /** The answer to a fetch; `undefined` where the log no longer reaches that far. */
  | {
      readonly kind: "entries-fetched";
      readonly fetchId: number;
      readonly entries: readonly Entry[] | undefined;
    }
  /**
   * Wants another configuration. `basedOn` is where the one it was computed from stands
   * in the log (`RaftStatus.membershipIndex`): if another came between, it is refused.
   */
  | {
      readonly kind: "change-membership";
      readonly token: Token;
      readonly basedOn: LogIndex;
      readonly target: MembershipTarget;
    }
  /** Wants another leader; `to` undefined: the most advanced voter. */
  | {
      readonly kind: "transfer-leadership";
      readonly token: Token;
      readonly to: MemberId | undefined;
    }
  /**
   * The answer to {@link import("./effects.ts").SnapshotWanted}: a frozen durable state, applied up to
   * `index`, is ready to be fetched by the peer; `undefined`: there is none to be had now.
   */
  | {
      readonly kind: "snapshot-opened";
      readonly peer: MemberId;
      readonly epoch: Epoch;
      readonly index: LogIndex | undefined;
    }
  /** Whatever serves the state to this peer was given up or ended; the peer is probed again. */
  | { readonly kind: "snapshot-closed"; readonly peer: MemberId; readonly epoch: Epoch }
  /** A state that the core asked to fetch is complete, verified and durable beside the old one. */
  | { readonly kind: "snapshot-staged"; readonly meta: SnapshotMeta }
  /** A state that the core asked to fetch was not to be had: if it is offered again, it is asked for again. */
  | { readonly kind: "snapshot-given-up"; readonly meta: SnapshotMeta }
  /** The process of this member is gone for certain (decision 20). */
  | { readonly kind: "peer-gone"; readonly peer: MemberId }
  | { readonly kind: "peer-disconnected"; readonly peer: MemberId }
  | { readonly kind: "peer-connected"; readonly peer: MemberId };

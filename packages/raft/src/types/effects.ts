import type { LogIndex, MemberId, Term } from "@holdfast/base";
import type { Entry, EntryId } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import type { Token, WriteSeq } from "./input.ts";
import type { Membership } from "./membership.ts";
import type { Epoch, Message } from "./message.ts";
import type { SnapshotMeta } from "./snapshot-meta.ts";

/**
 * One step of the log, durable as a whole or not at all. Steps become durable in
 * the order of `seq`; the driver may merge neighbours and report only the last.
 */
export interface PersistBatch {
  readonly seq: WriteSeq;
  readonly hardState: HardState | undefined;
  /** The first may lie at or below the last index: then it and all behind it are superseded. */
  readonly entries: readonly Entry[];
  readonly compact: { readonly upTo: EntryId; readonly membership: Membership } | undefined;
  /**
   * The staged state takes the place of state and log in this very write (decision 9): nothing of
   * the log before it remains; `entries` come behind it.
   */
  readonly install: SnapshotMeta | undefined;
}

/** A peer needs what the log no longer holds: open a frozen durable state for it, answer `snapshot-opened`. */
export interface SnapshotWanted {
  readonly peer: MemberId;
  readonly epoch: Epoch;
}

/** A leader offers its state: fetch it out of band, answer `snapshot-staged` or `snapshot-given-up`. A later one replaces it. */
export interface SnapshotFetch {
  readonly from: MemberId;
  readonly term: Term;
  readonly epoch: Epoch;
  readonly meta: SnapshotMeta;
}

/** Entries that are no longer in memory, for a slow peer. */
export interface Fetch {
  readonly fetchId: number;
  readonly from: LogIndex;
  readonly to: LogIndex;
  readonly bytesMax: number;
}

export type Refusal = "not-leader" | "busy" | "transferring";

/** Why a configuration is not taken up; nothing of it is in any log. */
export type MembershipRefusal =
  | "not-leader"
  /** An earlier change is not complete, or the leader has not committed an entry of its term yet. */
  | "in-progress"
  /** The configuration in force is not the one that the target was computed from. */
  | "outdated"
  | "transferring"
  /** No voters, a member with two parts, a member without a profile. */
  | "invalid";

export type TransferFailure =
  | "not-leader"
  /** The target is no voter, or is the leader itself, or there is nobody else. */
  | "no-target"
  /** Not done within an election timeout; the leader goes on. */
  | "timed-out"
  /** Somebody else became the leader, or the target was removed. */
  | "aborted";

/** What became of a token; each gets exactly one. */
export type Outcome =
  /** In the log of a leader. Whether it commits is seen by applying it. */
  | { readonly kind: "accepted"; readonly token: Token; readonly id: EntryId }
  /** Certainly not in any log. */
  | { readonly kind: "refused"; readonly token: Token; readonly reason: Refusal }
  /** A state applied up to `index` may be read. */
  | { readonly kind: "read-ready"; readonly token: Token; readonly index: LogIndex }
  /** Ask again: there is no leader, it changed, or it did not answer. */
  | { readonly kind: "read-failed"; readonly token: Token }
  /** The wanted configuration is in force and committed. */
  | { readonly kind: "membership-done"; readonly token: Token; readonly index: LogIndex }
  | {
      readonly kind: "membership-refused";
      readonly token: Token;
      readonly reason: MembershipRefusal;
    }
  /** It is in this log, but this member leads no longer: look again later. */
  | { readonly kind: "membership-unknown"; readonly token: Token }
  | { readonly kind: "transfer-done"; readonly token: Token; readonly leader: MemberId }
  | { readonly kind: "transfer-failed"; readonly token: Token; readonly reason: TransferFailure };

export type RoleName = "follower" | "pre-candidate" | "candidate" | "leader";

/** What observers, logs and metrics are told. */
export type Transition =
  | {
      readonly kind: "role";
      readonly role: RoleName;
      readonly term: Term;
      readonly leader: MemberId | undefined;
      readonly reason: string;
    }
  | { readonly kind: "membership"; readonly membership: Membership }
  /** A peer sent what no peer may: it was passed over. */
  | {
      readonly kind: "malformed";
      readonly from: MemberId;
      readonly message: Message["kind"];
      readonly problem: string;
    };

/** What the driver owes the core after a batch of inputs. */
export interface Effects {
  /** Feed back `persisted` when it is durable. */
  readonly persist: PersistBatch | undefined;
  /** May go now: what had to wait for the disk has waited inside the core. */
  readonly messages: readonly Message[];
  /** Entries up to here are committed and durable here: apply them, in order. */
  readonly applyTo: LogIndex;
  readonly fetches: readonly Fetch[];
  readonly snapshotsWanted: readonly SnapshotWanted[];
  readonly snapshotFetch: SnapshotFetch | undefined;
  /** A staged state that is not needed after all: remove it. */
  readonly snapshotDropped: SnapshotMeta | undefined;
  readonly outcomes: readonly Outcome[];
  readonly transitions: readonly Transition[];
}

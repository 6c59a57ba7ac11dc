import type { LogIndex, MemberId, Term } from "@holdfast/base";
import type { Entry, EntryId } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import type { Token, WriteSeq } from "./input.ts";
import type { Membership } from "./membership.ts";
import type { Message } from "./message.ts";

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
}

/** Entries that are no longer in memory, for a slow peer. */
export interface Fetch {
  readonly fetchId: number;
  readonly from: LogIndex;
  readonly to: LogIndex;
  readonly bytesMax: number;
}

export type Refusal = "not-leader" | "busy";

/** What became of a token; each gets exactly one. */
export type Outcome =
  /** In the log of a leader. Whether it commits is seen by applying it. */
  | { readonly kind: "accepted"; readonly token: Token; readonly id: EntryId }
  /** Certainly not in any log. */
  | { readonly kind: "refused"; readonly token: Token; readonly reason: Refusal }
  /** A state applied up to `index` may be read. */
  | { readonly kind: "read-ready"; readonly token: Token; readonly index: LogIndex }
  /** Ask again: there is no leader, it changed, or it did not answer. */
  | { readonly kind: "read-failed"; readonly token: Token };

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
  | { readonly kind: "membership"; readonly membership: Membership };

/** What the driver owes the core after a batch of inputs. */
export interface Effects {
  /** Feed back `persisted` when it is durable. */
  readonly persist: PersistBatch | undefined;
  /** May go now: what had to wait for the disk has waited inside the core. */
  readonly messages: readonly Message[];
  /** Entries up to here are committed and durable here: apply them, in order. */
  readonly applyTo: LogIndex;
  readonly fetches: readonly Fetch[];
  readonly outcomes: readonly Outcome[];
  readonly transitions: readonly Transition[];
}

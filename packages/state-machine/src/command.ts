import type { LogIndex, Revision, Term } from "@holdfast/base";
import type { RangeQuery } from "./query.ts";

/** What may be proposed to the state machine. Times and chance never appear: applying is a function of the log. */
export type Operation =
  | PutOperation
  | DeleteRangeOperation
  | TxnOperation
  | CompactOperation
  | SessionOpenOperation
  | SessionExpireOperation
  | LeaseOperation
  | AlarmOperation;

export interface PutOperation {
  readonly kind: "put";
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** 0n is none. */
  readonly lease: bigint;
  readonly prevKv: boolean;
  readonly ignoreValue: boolean;
  readonly ignoreLease: boolean;
}

export interface DeleteRangeOperation {
  readonly kind: "delete-range";
  readonly key: Uint8Array;
  /** Empty: only `key`. One zero byte: everything from `key` on. */
  readonly rangeEnd: Uint8Array;
  readonly prevKv: boolean;
}

export interface RangeOperation {
  readonly kind: "range";
  readonly query: RangeQuery;
}

/** What a transaction's branch may hold. */
export type TxnBranchOperation =
  | PutOperation
  | DeleteRangeOperation
  | RangeOperation
  | TxnOperation;

export interface TxnOperation {
  readonly kind: "txn";
  readonly compares: readonly Compare[];
  readonly success: readonly TxnBranchOperation[];
  readonly failure: readonly TxnBranchOperation[];
}

export type CompareResult = "equal" | "greater" | "less" | "not-equal";

/** A guard of a transaction; the operand's kind follows its target. */
export type Compare = {
  readonly key: Uint8Array;
  /** Empty: only `key`; else every key of the range must satisfy it. */
  readonly rangeEnd: Uint8Array;
  readonly result: CompareResult;
} & (
  | { readonly target: "version" | "create" | "mod" | "lease"; readonly operand: bigint }
  | { readonly target: "value"; readonly operand: Uint8Array }
);

/** Gives up what came before `revision`: from then on it is the smallest that can be read (etcd-v3.md §5.6). */
export interface CompactOperation {
  readonly kind: "compact";
  readonly revision: Revision;
}

/**
 * Makes the batch's session known. The only operation of its batch; a session that is known stays as it is, and one
 * that has ended does not come back (docs/decisions/0018).
 */
export interface SessionOpenOperation {
  readonly kind: "session-open";
  /** Up to here the node that was asked for it had applied the log; before version 5 it is not said. */
  readonly behind?: LogIndex | undefined;
}

/** Ends sessions that have been idle: each only if nothing of it was applied behind `idleSince`. */
export interface SessionExpireOperation {
  readonly kind: "session-expire";
  readonly sessions: readonly { readonly session: Uint8Array; readonly idleSince: number }[];
}

/** What may be asked of leases (decision 22). An id is any 64-bit number but 0n. */
export type LeaseOperation =
  | LeaseGrantOperation
  | LeaseRevokeOperation
  | LeaseRenewOperation
  | LeaseCheckpointOperation;

export interface LeaseGrantOperation {
  readonly kind: "lease-grant";
  readonly id: bigint;
  readonly ttlSeconds: number;
}

/** Ends a lease and deletes all keys that hang on it, in one revision. */
export interface LeaseRevokeOperation {
  readonly kind: "lease-revoke";
  readonly id: bigint;
  /** Its time is over, as the leader of `term` judged when it was last renewed at `renewedAt`; `undefined`: a client asks. */
  readonly expiry: { readonly renewedAt: LogIndex; readonly term: Term } | undefined;
}

/** Gives each of these leases all of its time again. */
export interface LeaseRenewOperation {
  readonly kind: "lease-renew";
  readonly ids: readonly bigint[];
}

/** What is left of leases, as the leader sees it; it counts only for those that were not renewed since. */
export interface LeaseCheckpointOperation {
  readonly kind: "lease-checkpoint";
  readonly leases: readonly {
    readonly id: bigint;
    readonly renewedAt: LogIndex;
    readonly remainingSeconds: number;
  }[];
}

/** What keeps a cluster from taking writes (decision 16). */
export type AlarmKind = "nospace" | "corrupt";

export interface Alarm {
  /** Whose alarm it is, as 64 bits without a sign; clients may name any. */
  readonly member: bigint;
  readonly kind: AlarmKind;
}

/**
 * Raises or ends an alarm. One that stands already, or is not there, stays as it is. What a leader raises
 * by itself (`raise`) it ends by itself too (`clear`); what was asked for (`activate`) it leaves alone.
 */
export interface AlarmOperation {
  readonly kind: "alarm";
  readonly action: "activate" | "deactivate" | "raise" | "clear";
  readonly alarm: Alarm;
}

/**
 * The payload of a `commands` entry: operations of one session, in order. The
 * operation at position p has the sequence `firstSequence + p` (decision 18).
 */
export interface CommandBatch {
  /** 16 random bytes. */
  readonly session: Uint8Array;
  readonly firstSequence: number;
  /** The session has the answers of everything below; those are forgotten. */
  readonly ackedBelow: number;
  readonly operations: readonly Operation[];
}

/** Why an operation of a committed entry did nothing. Replicated, so the same on every replica. */
export type ApplyFailure =
  /** A put names a lease that does not exist. */
  | { readonly reason: "lease-not-found" }
  /** A put with `ignoreValue` or `ignoreLease` names a key that does not exist. */
  | { readonly reason: "key-not-found" }
  /** A range inside a transaction asks below the compacted revision, or a compaction for no more than that. */
  | { readonly reason: "compacted"; readonly compactRevision: Revision }
  /** A range inside a transaction, or a compaction, asks above the revision of its moment. */
  | { readonly reason: "future-revision" }
  /** The batch's session is not known, or no longer. */
  | { readonly reason: "session-expired" }
  /** No room for another session. */
  | { readonly reason: "too-many-sessions" }
  /** The sequence lies below `ackedBelow`: whether it was applied is no longer known. */
  | { readonly reason: "sequence-forgotten" }
  /** The sequence lies beyond the session's window. */
  | { readonly reason: "sequence-beyond-window" }
  /** A deletion, or those of a transaction together, would delete more keys than one revision may. */
  | { readonly reason: "too-many-deletions" }
  /** A lease of that id is there already. */
  | { readonly reason: "lease-exists" }
  /** No room for another lease. */
  | { readonly reason: "too-many-leases" }
  /** As many keys hang on the lease as one revision may delete. */
  | { readonly reason: "lease-full" }
  /** The lease was renewed since a leader saw its time end, or another leads now. */
  | { readonly reason: "expiry-overtaken" }
  /** An alarm says that the store is full, and the operation would make it larger. */
  | { readonly reason: "no-space" }
  /** An alarm says that replicas differ. */
  | { readonly reason: "corrupt" }
  /** No room for another alarm. */
  | { readonly reason: "too-many-alarms" }
  /** The entry's bytes are no batch; one such answer stands for the whole entry. */
  | { readonly reason: "malformed" };

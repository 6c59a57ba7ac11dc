import type { ClusterId, GroupId, LogIndex, MemberId, Term } from "@holdfast/base";

/**
 * What the log keeps for each group. The payloads are opaque here: entries are
 * the core's, a membership is encoded by whoever asks for it to be kept.
 */
export interface WalEntry {
  readonly index: LogIndex;
  readonly term: Term;
  readonly kind: "noop" | "commands" | "membership";
  readonly payload: Uint8Array;
}

export interface WalHardState {
  readonly term: Term;
  readonly vote: MemberId | undefined;
  readonly commit: LogIndex;
}

/** The state that stands at the head of every segment (decision 8). */
export interface WalGroupHead {
  readonly group: GroupId;
  /** The cluster this store was born into; `undefined` while it is unborn. */
  readonly clusterId: ClusterId | undefined;
  readonly hardState: WalHardState;
  /** Up to here (and of this term) the log has been dropped. */
  readonly compacted: { readonly index: LogIndex; readonly term: Term };
  /** The encoded configuration in force at `compacted`; empty while unborn. */
  readonly membership: Uint8Array;
  /** The directory with the applied state, such as `state.1` (decision 9). */
  readonly stateDirectory: string;
}

/**
 * One durable step: everything in it is in one frame and so is kept or lost as one.
 *
 * An entry whose index is not above the last one supersedes it and all behind it.
 */
export interface WalWrite {
  readonly group: GroupId;
  readonly hardState?: WalHardState;
  readonly entries?: readonly WalEntry[];
  /** Entries up to here are no longer needed; `membership` is the one in force there. */
  readonly compact?: {
    readonly index: LogIndex;
    readonly term: Term;
    readonly membership: Uint8Array;
  };
  /** The store joins or forms a cluster; once only. */
  readonly birth?: { readonly clusterId: ClusterId; readonly membership: Uint8Array };
  /** A snapshot was installed: the log begins anew behind it (decision 9). */
  readonly reset?: {
    readonly index: LogIndex;
    readonly term: Term;
    readonly membership: Uint8Array;
    readonly stateDirectory: string;
  };
}

/** What a store's log held when it was opened. */
export interface WalRecovered {
  readonly head: WalGroupHead;
  /** The index of the last entry; `head.compacted.index` where there is none. */
  readonly lastIndex: LogIndex;
  /** `[first index, term]` of each run of entries of one term behind `compacted`, ascending. */
  readonly termRuns: readonly (readonly [LogIndex, Term])[];
  /** The membership entries behind `compacted`, ascending. */
  readonly memberships: readonly WalEntry[];
  /** A torn last write that was cut, never acknowledged by anybody. */
  readonly torn: { readonly file: string; readonly offset: number } | undefined;
}

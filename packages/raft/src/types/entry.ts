import type { LogIndex, Term } from "@holdfast/base";

/** Names one entry of the log: where two logs hold the same id, they hold the same entry and the same prefix. */
export interface EntryId {
  readonly term: Term;
  readonly index: LogIndex;
}

/**
 * What an entry is for: `noop` a leader's first act (thesis 6.4), `commands` a
 * batch for the state machine, `membership` a configuration, in force from the
 * moment it is appended (decision 17).
 */
export type EntryKind = "noop" | "commands" | "membership";

/** One entry of the replicated log. Its payload is never changed and never encoded again. */
export interface Entry extends EntryId {
  readonly kind: EntryKind;
  readonly payload: Uint8Array;
}

/** Before the first entry of every log. */
export const NO_ENTRY: EntryId = { term: 0, index: 0 };

/** What a frame, a message and a quota count for an entry beside its payload, bytes. */
export const ENTRY_OVERHEAD_BYTES = 32;

/** What an entry weighs in a window, a quota or a message, bytes. */
export function entryBytes(entry: Entry): number {
  return entry.payload.length + ENTRY_OVERHEAD_BYTES;
}

/** Which of two logs is more up to date: by last term, then by last index (Raft, section 5.4.1). */
export function compareEntryIds(a: EntryId, b: EntryId): number {
  return a.term !== b.term ? a.term - b.term : a.index - b.index;
}

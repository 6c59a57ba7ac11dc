import type { MemberId, Term } from "@holdfast/base";
import { compareEntryIds, type EntryId } from "../types/entry.ts";

/** What a voter judges a request by. */
export interface VoterView {
  readonly term: Term;
  readonly vote: MemberId | undefined;
  readonly last: EntryId;
  /** A leader was heard within the minimum election timeout (or this member leads). */
  readonly leaderAlive: boolean;
}

/**
 * Whether to say that one would vote for a candidate at `term` (thesis, section
 * 9.6): its log is up to date, its term could still be voted in, and no leader is alive.
 */
export function wouldVote(
  voter: VoterView,
  request: { readonly from: MemberId; readonly term: Term; readonly last: EntryId },
): boolean {
  if (voter.leaderAlive || !isUpToDate(request.last, voter)) return false;
  if (request.term > voter.term) return true;
  return request.term === voter.term && (voter.vote === undefined || voter.vote === request.from);
}

/** Whether to vote (Raft, sections 5.2 and 5.4.1); the voter's term already equals the request's. */
export function mayVote(
  voter: Omit<VoterView, "leaderAlive">,
  request: { readonly from: MemberId; readonly last: EntryId },
): boolean {
  const free = voter.vote === undefined || voter.vote === request.from;
  return free && isUpToDate(request.last, voter);
}

/** Whether a log that ends so holds all that this voter knows to be decided (Raft, section 5.4.1). */
function isUpToDate(last: EntryId, voter: Pick<VoterView, "last">): boolean {
  return compareEntryIds(last, voter.last) >= 0;
}

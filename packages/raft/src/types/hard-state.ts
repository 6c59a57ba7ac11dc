import type { LogIndex, MemberId, Term } from "@holdfast/base";

/**
 * What must survive a restart beside the log. Term and vote are one record
 * (checklist G1); `commit` is only a hint that speeds up a restart.
 */
export interface HardState {
  readonly term: Term;
  /** Whom this member voted for in `term`. */
  readonly vote: MemberId | undefined;
  readonly commit: LogIndex;
}

export const NO_HARD_STATE: HardState = { term: 0, vote: undefined, commit: 0 };

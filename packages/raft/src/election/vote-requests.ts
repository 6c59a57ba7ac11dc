import type { RaftState } from "../raft-state.ts";
import type { PreVoteRequest, VoteRequest } from "../types/message.ts";
import { becomeFollower, knownLeader, leaderAlive } from "./roles.ts";
import { mayVote, wouldVote } from "./vote-policy.ts";

/** Learners answer too: they may have been promoted in a log they have not seen (checklist F11). */
export function onPreVoteRequest(state: RaftState, request: PreVoteRequest): void {
  const voter = {
    term: state.term,
    vote: state.vote,
    last: state.log.last,
    leaderAlive: leaderAlive(state),
  };
  const granted = wouldVote(voter, request);
  state.outbox.hold({
    kind: "pre-vote-response",
    from: state.id,
    to: request.from,
    // A refusal tells the own term, or a candidate behind in term could never win (checklist F01).
    term: granted ? request.term : state.term,
    granted,
  });
}

/** The request is of this member's term. */
export function onVoteRequest(state: RaftState, request: VoteRequest): void {
  const voter = { term: state.term, vote: state.vote, last: state.log.last };
  const granted = knownLeader(state) === undefined && mayVote(voter, request);
  if (granted) {
    if (state.role.kind === "pre-candidate") becomeFollower(state, undefined, "voted for another");
    if (state.vote === undefined) {
      state.vote = request.from;
      state.outbox.hardStateDirty = true;
    }
    state.timer.reset(state.now);
  }
  state.outbox.hold({
    kind: "vote-response",
    from: state.id,
    to: request.from,
    term: state.term,
    granted,
  });
}

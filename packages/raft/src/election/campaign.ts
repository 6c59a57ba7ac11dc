import { assert, type MemberId, type Millis, type Term } from "@holdfast/base";
import { becomeLeader } from "../leader/become-leader.ts";
import { isStalled } from "../persist/stall.ts";
import { quorumVote } from "../quorum/joint.ts";
import type { RaftState } from "../raft-state.ts";
import { isVoter, type Membership } from "../types/membership.ts";
import type { PreVoteResponse, VoteResponse } from "../types/message.ts";
import { adoptTerm, announceRole, becomeFollower, failForwardedReads } from "./roles.ts";

/** Everybody whose vote counts, this member excepted. */
function otherVoters(state: RaftState, { voters, outgoing }: Membership): readonly MemberId[] {
  const all = new Set([...voters, ...outgoing]);
  return [...all].filter((id) => id !== state.id).sort((a, b) => a - b);
}

/** Learners and removed members wait on, and so does a member that could not make its vote durable. */
function mayCampaign(state: RaftState): boolean {
  return mayBeNeeded(state) && !isStalled(state);
}

/**
 * A voter, or one that a change takes out which may not be committed yet: if the leader dies
 * amid it, those who stay may lack the entry, and nobody but those who leave can give it to
 * them (thesis, section 4.2.2). Its own vote does not count then.
 */
function mayBeNeeded({ memberships, log, id }: RaftState): boolean {
  return memberships.since(log.commit).some((membership) => isVoter(membership, id));
}

/** Whoever never campaigns has no other way to say that it hears nobody: it may have been removed meanwhile. */
function forgetLeader(state: RaftState): void {
  const { role } = state;
  if (role.kind !== "follower" || role.leader === undefined) return;
  becomeFollower(state, undefined, "no leader was heard");
}

/** The election timer fired. */
export function campaign(state: RaftState): void {
  state.timer.reset(state.now);
  if (!mayBeNeeded(state)) return forgetLeader(state);
  if (isStalled(state)) return;
  hurry(state);
  failForwardedReads(state);
  state.role = { kind: "pre-candidate", answers: new Map([[state.id, true]]) };
  announceRole(state, "pre-candidate", "no leader was heard");
  const { last } = state.log;
  for (const to of otherVoters(state, state.memberships.effective)) {
    // Held: the request names a log end that must be durable here (checklist F17).
    state.outbox.hold({
      kind: "pre-vote-request",
      from: state.id,
      to,
      term: state.term + 1,
      last,
    });
  }
  countPreVotes(state);
}

export function onPreVoteResponse(state: RaftState, message: PreVoteResponse): void {
  const { role } = state;
  if (role.kind !== "pre-candidate") return;
  const current = message.granted ? message.term === state.term + 1 : message.term === state.term;
  if (!current) return;
  role.answers.set(message.from, message.granted);
  countPreVotes(state);
}

function countPreVotes(state: RaftState): void {
  const { role } = state;
  assert(role.kind === "pre-candidate", "only a pre-candidate counts pre-votes");
  const result = quorumVote(state.memberships.effective, role.answers);
  if (result === "won") startElection(state, "the pre-vote was won");
  else if (result === "lost") {
    becomeFollower(state, undefined, "the pre-vote was lost");
    hurry(state);
  }
}

/**
 * The leader hands over and this member is to campaign at once: no pre-vote, and voters
 * do not hold on to the leader that wants it so (thesis, section 3.10).
 */
export function onTimeoutNow(state: RaftState): void {
  if (state.role.kind === "leader" || !mayCampaign(state)) return;
  failForwardedReads(state);
  startElection(state, "the leader hands over", { transfer: true });
}

/** A real campaign: the vote requests leave when the new term and the own vote are durable. */
function startElection(state: RaftState, reason: string, { transfer } = { transfer: false }): void {
  adoptTerm(state, state.term + 1);
  state.vote = state.id;
  state.outbox.selfVote = state.term;
  state.role = { kind: "candidate", answers: new Map() };
  state.timer.reset(state.now);
  hurry(state);
  state.hastyElections++;
  announceRole(state, "candidate", reason);
  const { last } = state.log;
  for (const to of otherVoters(state, state.memberships.effective)) {
    state.outbox.hold({
      kind: "vote-request",
      from: state.id,
      to,
      term: state.term,
      last,
      transfer,
    });
  }
}

/** The own vote of this term became durable. */
export function onSelfVoteDurable(state: RaftState, term: Term): void {
  const { role } = state;
  if (role.kind !== "candidate" || term !== state.term) return;
  role.answers.set(state.id, true);
  countVotes(state);
}

export function onVoteResponse(state: RaftState, message: VoteResponse): void {
  const { role } = state;
  if (role.kind !== "candidate" || message.term !== state.term) return;
  role.answers.set(message.from, message.granted);
  countVotes(state);
}

function countVotes(state: RaftState): void {
  const { role } = state;
  assert(role.kind === "candidate", "only a candidate counts votes");
  const result = quorumVote(state.memberships.effective, role.answers);
  // Nobody is asked before the own vote is durable; grants that come earlier are no answers yet.
  if (result === "won" && state.persist.durableTerm === state.term) becomeLeader(state);
  else if (result === "lost") {
    becomeFollower(state, undefined, "the election was lost");
    // Everybody has answered, so the votes were split: only a new draw is needed, no wait.
    hurry(state, 0);
  }
}

/**
 * While there is certainly no leader, or a member has just started and has heard of
 * none, the next attempt comes quickly: a pre-vote disturbs nobody (decision 20).
 *
 * With each election that came to nothing the wait and its spread double: where disks or
 * links are slower than they are short, no vote would arrive before the next attempt.
 */
export function hurry(state: RaftState, floorMs: Millis = state.options.goneRetryMs): void {
  const { hurryUntil, options, hastyElections } = state;
  if (state.now >= hurryUntil) return;
  const factor = 2 ** hastyElections;
  state.timer.hurry(state.now, floorMs * factor, options.goneCampaignMs * factor);
}

/** The transport is certain that a member's process has ended. */
export function onPeerGone(state: RaftState, peer: MemberId): void {
  const { role, options, gone } = state;
  if (role.kind !== "follower" || role.leader !== peer) return;
  const again = gone?.term === state.term && state.now - gone.at < options.electionTimeoutMs;
  if (again) return;
  state.gone = { term: state.term, at: state.now };
  state.hurryUntil = state.now + options.electionTimeoutMs;
  state.hastyElections = 0;
  becomeFollower(state, undefined, "the leader's process is gone");
  hurry(state, 0);
}

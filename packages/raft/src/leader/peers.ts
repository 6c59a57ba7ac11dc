import type { LogIndex, MemberId } from "@holdfast/base";
import { PeerProgress } from "../progress/peer-progress.ts";
import type { RaftState } from "../raft-state.ts";
import { isVoter, membersOf } from "../types/membership.ts";
import type { Round } from "../types/message.ts";
import { type LeaderRole, peerOf } from "./leader-role.ts";

/** A session with a peer; its number is never used again in the life of this core (checklist F13). */
export function newPeer(
  state: RaftState,
  id: MemberId,
  next: LogIndex,
  round: Round,
): PeerProgress {
  state.lastEpoch++;
  return new PeerProgress(
    { id, epoch: state.lastEpoch, next, round, now: state.now },
    state.options,
  );
}

/**
 * Brings the peers into line with the configuration that has just come into force. A
 * learner that becomes a voter keeps its progress; those who leave are sent the log until
 * the configuration without them is committed.
 */
export function followMembership(state: RaftState, role: LeaderRole): void {
  const { effective, effectiveIndex } = state.memberships;
  const former = state.memberships.at(effectiveIndex - 1);
  const members = membersOf(effective).filter((id) => id !== state.id);
  const { latest } = role.rounds;
  const staying = members.map((id) => {
    const known = peerOf(role, id);
    // One that comes back while it leaves is a new peer: its log may have been emptied meanwhile.
    if (known === undefined || known.leaving !== undefined) {
      return newPeer(state, id, effectiveIndex, latest);
    }
    // A new voter counts as just contacted. What was asked up to now needed the former voters only:
    // nobody else can have been elected before this configuration was committed. Those who voted
    // before have answered what they have answered, or a read of a deposed leader would be confirmed.
    if (isVoter(effective, id) && !isVoter(former, id)) {
      known.ackedRound = Math.max(known.ackedRound, latest);
    }
    return known;
  });
  const leaving = role.peers.filter(({ id }) => !members.includes(id));
  for (const peer of leaving) peer.leaving ??= { index: effectiveIndex, until: undefined };
  role.peers = [...staying, ...leaving].sort((a, b) => a.id - b.id);
}

/**
 * Lets go of those whose removal is committed: when they have been told, so that they know
 * they are removed, or after an election timeout.
 */
export function dropRemoved(state: RaftState, role: LeaderRole): void {
  if (!role.peers.some(({ leaving }) => leaving !== undefined)) return;
  role.peers = role.peers.filter((peer) => {
    const { leaving } = peer;
    if (leaving === undefined || leaving.index > state.log.commit) return true;
    leaving.until ??= state.now + state.options.electionTimeoutMs;
    return peer.sentCommit < leaving.index && state.now < leaving.until;
  });
}

import type { PeerProgress } from "../progress/peer-progress.ts";
import type { RaftState } from "../raft-state.ts";
import type { LeaderRole } from "./leader-role.ts";
import { heldByLive } from "./retention.ts";

/** A sign of life and a question; it has a lane of its own and is never behind an append. */
export function sendHeartbeat(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  const commit = Math.min(peer.match, state.log.commit);
  peer.sentCommit = Math.max(peer.sentCommit, commit);
  state.outbox.messages.push({
    kind: "heartbeat-request",
    from: state.id,
    to: peer.id,
    term: state.term,
    epoch: peer.epoch,
    round: role.rounds.latest,
    commit,
    floor: heldByLive(state, role),
  });
}

/** A commit that no append carries is told at once: followers answer reads and their own clients by it. */
export function sendCommit(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  const commit = Math.min(peer.match, state.log.commit);
  if (commit > peer.sentCommit) sendHeartbeat(state, role, peer);
}

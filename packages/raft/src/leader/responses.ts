import type { PeerProgress } from "../progress/peer-progress.ts";
import type { RaftState } from "../raft-state.ts";
import type {
  AppendAccepted,
  AppendRejected,
  HeartbeatResponse,
  ReadIndexRequest,
} from "../types/message.ts";
import { promoteIfReady } from "./change-membership.ts";
import { advanceCommit } from "./commit.ts";
import { confirmRounds } from "./confirm-rounds.ts";
import { continueHandover } from "./handover.ts";
import { type LeaderRole, peerOf } from "./leader-role.ts";
import { dropRemoved } from "./peers.ts";
import { addRead } from "./pending-reads.ts";
import { sendCommit } from "./send-heartbeat.ts";

type Response = AppendAccepted | AppendRejected | HeartbeatResponse;

/** The peer that answers, if it answers this leadership's session with it (checklist F13). */
function answering(
  state: RaftState,
  role: LeaderRole,
  response: Response,
): PeerProgress | undefined {
  const peer = peerOf(role, response.from);
  if (peer?.epoch !== response.epoch) return undefined;
  peer.heard(state.now);
  return peer;
}

/** Any answer of the current term says that this leader was followed when its round was sent. */
function countRound(state: RaftState, role: LeaderRole, peer: PeerProgress, round: number): void {
  if (round > role.rounds.latest || round <= peer.ackedRound) return;
  peer.ackedRound = round;
  confirmRounds(state, role);
}

export function onAppendAccepted(
  state: RaftState,
  role: LeaderRole,
  response: AppendAccepted,
): void {
  const { match } = response;
  if (match > state.log.last.index) return;
  const peer = answering(state, role, response);
  if (peer === undefined) return;
  countRound(state, role, peer, response.round);
  if (peer.accepted(match, state.log.compacted.index)) {
    advanceCommit(state, role);
    if (state.role !== role) return;
    continueHandover(state, role);
    if (peer.leaving !== undefined) tellLeaving(state, role, peer);
  }
  promoteIfReady(state, role, peer);
}

/** It holds the log far enough to learn that it is removed. */
function tellLeaving(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  sendCommit(state, role, peer);
  dropRemoved(state, role);
}

export function onAppendRejected(
  state: RaftState,
  role: LeaderRole,
  response: AppendRejected,
): void {
  const peer = answering(state, role, response);
  if (peer === undefined) return;
  countRound(state, role, peer, response.round);
  peer.rejected(response.rejected, state.log.lastAtMost(response.hint.index, response.hint.term));
}

export function onHeartbeatResponse(
  state: RaftState,
  role: LeaderRole,
  response: HeartbeatResponse,
): void {
  const peer = answering(state, role, response);
  if (peer === undefined) return;
  countRound(state, role, peer, response.round);
  peer.heartbeatAnswered(state.now, state.log.last.index, state.options.heartbeatMs);
  promoteIfReady(state, role, peer);
}

export function onReadIndexRequest(
  state: RaftState,
  role: LeaderRole,
  request: ReadIndexRequest,
): void {
  addRead(state, role, { kind: "peer", peer: request.from, id: request.id });
}

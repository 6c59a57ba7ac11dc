import type { PeerProgress } from "../progress/peer-progress.ts";
import type { RaftState } from "../raft-state.ts";
import type {
  AppendAccepted,
  AppendRejected,
  HeartbeatResponse,
  ReadIndexRequest,
} from "../types/message.ts";
import { advanceCommit } from "./commit.ts";
import { type LeaderRole, peerOf } from "./leader-role.ts";
import { addRead, answerConfirmedReads } from "./pending-reads.ts";

type Response = AppendAccepted | AppendRejected | HeartbeatResponse;

/** The peer that answers, if it answers this leadership's session with it (checklist F13). */
function answering(role: LeaderRole, response: Response): PeerProgress | undefined {
  const peer = peerOf(role, response.from);
  return peer?.epoch === response.epoch ? peer : undefined;
}

/** Any answer of the current term says that this leader was followed when its round was sent. */
function countRound(state: RaftState, role: LeaderRole, peer: PeerProgress, round: number): void {
  if (round > role.rounds.latest || round <= peer.ackedRound) return;
  peer.ackedRound = round;
  const confirmed = role.rounds.count(
    state.id,
    state.memberships.effective,
    (id) => peerOf(role, id)?.ackedRound ?? 0,
  );
  if (confirmed) answerConfirmedReads(state, role);
}

export function onAppendAccepted(
  state: RaftState,
  role: LeaderRole,
  response: AppendAccepted,
): void {
  const peer = answering(role, response);
  if (peer === undefined || response.match > state.log.last.index) return;
  countRound(state, role, peer, response.round);
  if (peer.accepted(response.match)) advanceCommit(state, role);
}

export function onAppendRejected(
  state: RaftState,
  role: LeaderRole,
  response: AppendRejected,
): void {
  const peer = answering(role, response);
  if (peer === undefined) return;
  countRound(state, role, peer, response.round);
  peer.rejected(response.rejected, state.log.lastAtMost(response.hint.index, response.hint.term));
}

export function onHeartbeatResponse(
  state: RaftState,
  role: LeaderRole,
  response: HeartbeatResponse,
): void {
  const peer = answering(role, response);
  if (peer === undefined) return;
  countRound(state, role, peer, response.round);
  peer.heartbeatAnswered(state.now, state.log.last.index, state.options.heartbeatMs);
}

export function onReadIndexRequest(
  state: RaftState,
  role: LeaderRole,
  request: ReadIndexRequest,
): void {
  addRead(state, role, { kind: "peer", peer: request.from, id: request.id });
}

/** Single voters, and what became confirmed without any answer. */
export function confirmAlone(state: RaftState, role: LeaderRole): void {
  const confirmed = role.rounds.count(
    state.id,
    state.memberships.effective,
    (id) => peerOf(role, id)?.ackedRound ?? 0,
  );
  if (confirmed) answerConfirmedReads(state, role);
}

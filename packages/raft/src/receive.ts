import { assertNever } from "@holdfast/base";
import { onPreVoteResponse, onTimeoutNow, onVoteResponse } from "./election/campaign.ts";
import { adoptTerm, becomeFollower, leaderAlive } from "./election/roles.ts";
import { onPreVoteRequest, onVoteRequest } from "./election/vote-requests.ts";
import { onAppendRequest, onHeartbeatRequest } from "./follower/append.ts";
import { onReadIndexResponse, refuseReadIndex } from "./follower/read-index.ts";
import { onSnapshotOffer } from "./follower/snapshot.ts";
import {
  onAppendAccepted,
  onAppendRejected,
  onHeartbeatResponse,
  onReadIndexRequest,
} from "./leader/responses.ts";
import { malformedIn } from "./malformed.ts";
import type { RaftState } from "./raft-state.ts";
import { traceMessage } from "./trace/trace-event.ts";
import type { Message } from "./types/message.ts";

/** A peer's message: first the terms, then what it says. */
export function onMessage(state: RaftState, message: Message): void {
  if (message.to !== state.id || message.from === state.id) return;
  const problem = malformedIn(state, message);
  if (problem !== undefined) {
    const { from, kind } = message;
    state.outbox.transitions.push({ kind: "malformed", from, message: kind, problem });
    return;
  }
  traceMessage(state, "Receive", message);
  if (message.kind === "pre-vote-request") return onPreVoteRequest(state, message);
  const asksFuture = message.kind === "pre-vote-response" && message.granted;
  if (message.term > state.term && !asksFuture) {
    if (ignoresCandidate(state, message)) return;
    adoptTerm(state, message.term);
    becomeFollower(state, undefined, "a higher term was heard");
  } else if (message.term < state.term) {
    answerThePast(state, message);
    return;
  }
  deliver(state, message);
}

/**
 * While a leader is alive nobody else is voted for, nor is their term taken (checklist
 * F03). Strangers are voted for like members: they may have become voters in entries
 * that this member lacks, and nobody could do without its vote (thesis, section 4.2.3).
 */
function ignoresCandidate(state: RaftState, message: Message): boolean {
  return message.kind === "vote-request" && !message.transfer && leaderAlive(state);
}

/** Those who would be stuck in a lower term are told of this one; all else of the past is dropped (checklist G8). */
function answerThePast(state: RaftState, message: Message): void {
  const answer = { from: state.id, to: message.from, term: state.term };
  switch (message.kind) {
    case "append-request":
    case "heartbeat-request":
    case "snapshot-offer":
      state.outbox.hold({ kind: "heartbeat-response", ...answer, epoch: 0, round: 0 });
      return;
    case "vote-request":
      state.outbox.hold({ kind: "vote-response", ...answer, granted: false });
      return;
    default:
      return;
  }
}

/** The message is of this member's term, or a grant of a pre-vote. */
function deliver(state: RaftState, message: Message): void {
  const { role } = state;
  switch (message.kind) {
    case "vote-request":
      return onVoteRequest(state, message);
    case "pre-vote-response":
      return onPreVoteResponse(state, message);
    case "vote-response":
      return onVoteResponse(state, message);
    case "append-request":
      return onAppendRequest(state, message);
    case "heartbeat-request":
      return onHeartbeatRequest(state, message);
    case "append-accepted":
      return role.kind === "leader" ? onAppendAccepted(state, role, message) : undefined;
    case "append-rejected":
      return role.kind === "leader" ? onAppendRejected(state, role, message) : undefined;
    case "heartbeat-response":
      return role.kind === "leader" ? onHeartbeatResponse(state, role, message) : undefined;
    case "read-index-request":
      if (role.kind === "leader") return onReadIndexRequest(state, role, message);
      return refuseReadIndex(state, message);
    case "read-index-response":
      return onReadIndexResponse(state, message);
    case "timeout-now":
      return onTimeoutNow(state);
    case "snapshot-offer":
      return onSnapshotOffer(state, message);
    case "pre-vote-request":
      return;
    default:
      return assertNever(message, "message");
  }
}

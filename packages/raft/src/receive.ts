import { assertNever } from "@holdfast/base";
import { onPreVoteResponse, onVoteResponse } from "./election/campaign.ts";
import { adoptTerm, becomeFollower, knownLeader, leaderAlive } from "./election/roles.ts";
import { onPreVoteRequest, onVoteRequest } from "./election/vote-requests.ts";
import { onAppendRequest, onHeartbeatRequest } from "./follower/append.ts";
import {
  onAppendAccepted,
  onAppendRejected,
  onHeartbeatResponse,
  onReadIndexRequest,
} from "./leader/responses.ts";
import type { RaftState } from "./raft-state.ts";
import { membersOf } from "./types/membership.ts";
import type { Message, ReadIndexResponse } from "./types/message.ts";

/** A peer's message: first the terms, then what it says. */
export function onMessage(state: RaftState, message: Message): void {
  if (message.to !== state.id || message.from === state.id) return;
  if (message.kind === "pre-vote-request") {
    if (isMember(state, message.from)) onPreVoteRequest(state, message);
    return;
  }
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

/** While a leader is alive nobody else is voted for, nor is their term taken (checklist F03). */
function ignoresCandidate(state: RaftState, message: Message): boolean {
  if (message.kind !== "vote-request") return false;
  return !isMember(state, message.from) || (!message.transfer && leaderAlive(state));
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
      if (isMember(state, message.from)) onVoteRequest(state, message);
      return;
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
      return refuseRead(state, message.from, message.id);
    case "read-index-response":
      return onReadIndexResponse(state, message);
    case "timeout-now":
    case "snapshot-offer":
      // Transfers and snapshots have their place in the messages; this version sends neither.
      return;
    case "pre-vote-request":
      return;
    default:
      return assertNever(message, "message");
  }
}

function isMember(state: RaftState, id: Message["from"]): boolean {
  return membersOf(state.memberships.effective).includes(id);
}

function refuseRead(state: RaftState, to: Message["from"], id: number): void {
  const index = undefined;
  state.outbox.messages.push({
    kind: "read-index-response",
    from: state.id,
    to,
    term: state.term,
    id,
    index,
  });
}

function onReadIndexResponse(state: RaftState, message: ReadIndexResponse): void {
  const fromLeader = knownLeader(state) === message.from;
  for (const token of state.reads.answered(message.id)) {
    const { index } = message;
    state.outbox.outcomes.push(
      fromLeader && index !== undefined
        ? { kind: "read-ready", token, index }
        : { kind: "read-failed", token },
    );
  }
}

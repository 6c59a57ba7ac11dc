import type { LogIndex, Term } from "@holdfast/base";
import type { RaftState } from "../raft-state.ts";
import type { RoleName } from "../types/effects.ts";
import type { Message } from "../types/message.ts";

/** One message, in the fields that the traces of etcd's Raft have; what a kind lacks is 0, or absent. */
export interface TraceMessage {
  readonly type: Message["kind"];
  readonly term: Term;
  readonly from: string;
  readonly to: string;
  /** How many entries it carries. */
  readonly entries: number;
  readonly logTerm: Term;
  readonly index: LogIndex;
  readonly commit: LogIndex;
  readonly reject: boolean;
  readonly rejectHint: LogIndex;
}

/**
 * One thing that a member did, in the shape of etcd's traces, so that a run written as
 * one JSON object a line can be held against a specification (docs/trace-format.md).
 */
export interface TraceEvent {
  readonly name: string;
  readonly nid: string;
  readonly state: { readonly term: Term; readonly vote: string; readonly commit: LogIndex };
  readonly role: string;
  /** The index of the last entry. */
  readonly log: LogIndex;
  /** Voters, and the voters of the old half of a joint configuration. */
  readonly conf: readonly [readonly string[], readonly string[]];
  readonly msg?: TraceMessage;
}

/** Takes events at once, in their order; it must not call the core. */
export type TraceSink = (event: TraceEvent) => void;

const ROLES: Readonly<Record<RoleName, string>> = {
  follower: "StateFollower",
  "pre-candidate": "StatePreCandidate",
  candidate: "StateCandidate",
  leader: "StateLeader",
};

const BECOMES: Readonly<Record<RoleName, string>> = {
  follower: "BecomeFollower",
  "pre-candidate": "BecomePreCandidate",
  candidate: "BecomeCandidate",
  leader: "BecomeLeader",
};

const MESSAGES: Readonly<Record<Message["kind"], string>> = {
  "pre-vote-request": "RequestPreVoteRequest",
  "pre-vote-response": "RequestPreVoteResponse",
  "vote-request": "RequestVoteRequest",
  "vote-response": "RequestVoteResponse",
  "append-request": "AppendEntriesRequest",
  "heartbeat-request": "AppendEntriesRequest",
  "append-accepted": "AppendEntriesResponse",
  "append-rejected": "AppendEntriesResponse",
  "heartbeat-response": "AppendEntriesResponse",
  "read-index-request": "ReadIndexRequest",
  "read-index-response": "ReadIndexResponse",
  "timeout-now": "TimeoutNow",
  "snapshot-offer": "Snapshot",
};

/** `BecomeFollower` and its like: the role was just taken. */
export function traceRole(state: RaftState): void {
  if (state.trace !== undefined) traceEvent(state, BECOMES[state.role.kind]);
}

export function traceMessage(state: RaftState, what: "Send" | "Receive", message: Message): void {
  if (state.trace !== undefined) traceEvent(state, what + MESSAGES[message.kind], message);
}

export function traceEvent(state: RaftState, name: string, message?: Message): void {
  const { trace, log, term, vote, memberships } = state;
  if (trace === undefined) return;
  const { voters, outgoing } = memberships.effective;
  trace({
    name,
    nid: String(state.id),
    state: { term, vote: vote === undefined ? "0" : String(vote), commit: log.commit },
    role: ROLES[state.role.kind],
    log: log.last.index,
    conf: [voters.map(String), outgoing.map(String)],
    ...(message === undefined ? {} : { msg: describe(message) }),
  });
}

function describe(message: Message): TraceMessage {
  const { kind, term, from, to } = message;
  const named = { type: kind, term, from: String(from), to: String(to) };
  return { ...named, ...NOTHING, ...contents(message) };
}

const NOTHING = { entries: 0, logTerm: 0, index: 0, commit: 0, reject: false, rejectHint: 0 };

function contents(message: Message): Partial<TraceMessage> {
  switch (message.kind) {
    case "pre-vote-request":
    case "vote-request":
      return { logTerm: message.last.term, index: message.last.index };
    case "pre-vote-response":
    case "vote-response":
      return { reject: !message.granted };
    case "append-request": {
      const { entries, prev, commit } = message;
      return { entries: entries.length, logTerm: prev.term, index: prev.index, commit };
    }
    case "append-accepted":
      return { index: message.match };
    case "append-rejected": {
      const { rejected, hint } = message;
      return { index: rejected, reject: true, rejectHint: hint.index, logTerm: hint.term };
    }
    case "heartbeat-request":
      return { commit: message.commit };
    case "read-index-response":
      return { index: message.index ?? 0, reject: message.index === undefined };
    case "snapshot-offer":
      return { logTerm: message.meta.last.term, index: message.meta.last.index };
    default:
      return {};
  }
}

import { failForwardedReads, knownLeader } from "../election/roles.ts";
import { addRead } from "../leader/pending-reads.ts";
import type { RaftState } from "../raft-state.ts";
import type { Token } from "../types/input.ts";
import type { ReadIndexRequest, ReadIndexResponse } from "../types/message.ts";

/** A read at this member: confirmed here by the leader, forwarded by a follower. */
export function onReadIndex(state: RaftState, token: Token): void {
  const { role, reads, options } = state;
  if (role.kind === "leader") return addRead(state, role, { kind: "local", token });
  if (knownLeader(state) === undefined || reads.count >= options.pendingReadsMax) {
    state.outbox.outcomes.push({ kind: "read-failed", token });
    return;
  }
  reads.add(token);
}

/** The leader has answered, or it refuses. */
export function onReadIndexResponse(state: RaftState, message: ReadIndexResponse): void {
  const { index } = message;
  const fromLeader = knownLeader(state) === message.from;
  for (const token of state.reads.answered(message.id)) {
    state.outbox.outcomes.push(
      fromLeader && index !== undefined
        ? { kind: "read-ready", token, index }
        : { kind: "read-failed", token },
    );
  }
}

/** Somebody takes this member for the leader. */
export function refuseReadIndex(state: RaftState, { from: to, id }: ReadIndexRequest): void {
  const { id: from, term } = state;
  const index = undefined;
  state.outbox.messages.push({ kind: "read-index-response", from, to, term, id, index });
}

/** Questions that nobody has answered for an election timeout fail. */
export function tickReads(state: RaftState): void {
  const asked = state.reads.oldestAskedAt;
  if (asked !== undefined && state.now - asked >= state.options.electionTimeoutMs) {
    failForwardedReads(state);
  }
}

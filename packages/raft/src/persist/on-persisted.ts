import { onSelfVoteDurable } from "../election/campaign.ts";
import { advanceCommit, releaseQuota } from "../leader/commit.ts";
import type { RaftState } from "../raft-state.ts";
import type { WriteSeq } from "../types/input.ts";

/** Writes are durable: what waited for them may go, and this member may count itself. */
export function onPersisted(state: RaftState, seq: WriteSeq): void {
  const released = state.persist.persisted(seq);
  if (released === undefined) return;
  state.log.advanceDurable(released.durable);
  for (const message of released.messages) {
    // An acknowledgement to a leader of the past would count for a log that may have moved on.
    const stale = message.kind === "append-accepted" && message.term < state.term;
    if (!stale) state.outbox.messages.push(message);
  }
  for (const term of released.selfVotes) onSelfVoteDurable(state, term);
  const { role } = state;
  if (role.kind !== "leader") return;
  advanceCommit(state, role);
  releaseQuota(state, role);
}

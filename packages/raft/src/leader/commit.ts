import { quorumValue } from "../quorum/joint.ts";
import type { RaftState } from "../raft-state.ts";
import { entryBytes } from "../types/entry.ts";
import type { Proposal } from "../types/input.ts";
import { type LeaderRole, peerOf } from "./leader-role.ts";

/**
 * Commits what a quorum holds durably, but counts replicas only for entries of
 * the own term; older ones follow (Raft, section 5.4.2).
 */
export function advanceCommit(state: RaftState, role: LeaderRole): void {
  const held = quorumValue(state.memberships.effective, (id) =>
    id === state.id ? state.log.durable : (peerOf(role, id)?.match ?? 0),
  );
  if (held <= state.log.commit || state.log.termAt(held) !== state.term) return;
  state.log.advanceCommit(held);
  releaseQuota(state, role);
}

/** Appends what a leader is asked to, or refuses it whole: refused is certainly not in the log. */
export function propose(state: RaftState, role: LeaderRole, proposals: readonly Proposal[]): void {
  for (const { token, payload } of proposals) {
    const { uncommitted } = role;
    const bytes = entryBytes({ index: 0, term: 0, kind: "commands", payload });
    const full = uncommitted.bytes + bytes > state.options.uncommittedBytesMax;
    if (full && uncommitted.bytes > 0) {
      state.outbox.outcomes.push({ kind: "refused", token, reason: "busy" });
      continue;
    }
    const entry = state.log.append(state.term, "commands", payload);
    uncommitted.bytes += bytes;
    uncommitted.entries.push({ index: entry.index, bytes });
    const id = { index: entry.index, term: entry.term };
    state.outbox.outcomes.push({ kind: "accepted", token, id });
  }
}

/**
 * Gives back what is committed *and* durable here: a leader whose disk stalls takes
 * no more, though its followers commit without it.
 */
export function releaseQuota({ log }: RaftState, { uncommitted }: LeaderRole): void {
  let released = 0;
  for (const { index, bytes } of uncommitted.entries) {
    if (index > log.applicable) break;
    uncommitted.bytes -= bytes;
    released++;
  }
  if (released > 0) uncommitted.entries.splice(0, released);
}

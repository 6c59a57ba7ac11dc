import { quorumValue } from "../quorum/joint.ts";
import type { RaftState } from "../raft-state.ts";
import { ENTRY_OVERHEAD_BYTES } from "../types/entry.ts";
import type { Proposal } from "../types/input.ts";
import { proceedWithMembership } from "./change-membership.ts";
import { type LeaderRole, peerOf } from "./leader-role.ts";

/**
 * Commits what a quorum holds durably, but counts replicas only for entries of
 * the own term; older ones follow (Raft, section 5.4.2). The leader may have
 * stepped down when this returns: it may have committed that it is no voter.
 */
export function advanceCommit(state: RaftState, role: LeaderRole): void {
  const held = quorumValue(state.memberships.effective, (id) =>
    id === state.id ? state.log.durable : (peerOf(role, id)?.match ?? 0),
  );
  if (held <= state.log.commit || state.log.termAt(held) !== state.term) return;
  state.log.advanceCommit(held);
  releaseQuota(state, role);
  proceedWithMembership(state, role);
}

/** Appends what a leader is asked to, or refuses it whole: refused is certainly not in the log. */
export function propose(state: RaftState, role: LeaderRole, proposals: readonly Proposal[]): void {
  const { log, outbox, options, term } = state;
  const { uncommitted } = role;
  for (const { token, payload } of proposals) {
    if (state.handover !== undefined) {
      outbox.outcomes.push({ kind: "refused", token, reason: "transferring" });
      continue;
    }
    const bytes = payload.length + ENTRY_OVERHEAD_BYTES;
    const full = uncommitted.bytes + bytes > options.uncommittedBytesMax;
    if (full && uncommitted.bytes > 0) {
      outbox.outcomes.push({ kind: "refused", token, reason: "busy" });
      continue;
    }
    const { index } = log.append(term, "commands", payload);
    uncommitted.bytes += bytes;
    uncommitted.entries.push({ index, bytes });
    outbox.outcomes.push({ kind: "accepted", token, id: { index, term } });
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

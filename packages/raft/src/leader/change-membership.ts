import { becomeFollower } from "../election/roles.ts";
import { announceMembership } from "../membership/announce-membership.ts";
import { isJoint, leaveJoint, planChange, promoted } from "../membership/plan-change.ts";
import type { PeerProgress } from "../progress/peer-progress.ts";
import type { RaftState } from "../raft-state.ts";
import type { MembershipRefusal } from "../types/effects.ts";
import type { EntryId } from "../types/entry.ts";
import type { Input } from "../types/input.ts";
import type { Membership } from "../types/membership.ts";
import { mostAdvanced, sendTimeoutNow } from "./handover.ts";
import type { LeaderRole } from "./leader-role.ts";
import { dropRemoved, followMembership } from "./peers.ts";
import { sendCommit } from "./send-heartbeat.ts";

type ChangeMembership = Extract<Input, { readonly kind: "change-membership" }>;

/** Somebody wants another configuration. */
export function onChangeMembership(state: RaftState, input: ChangeMembership): void {
  const { token } = input;
  const answer = takeUp(state, input);
  if (typeof answer === "string") {
    state.outbox.outcomes.push({ kind: "membership-refused", token, reason: answer });
  }
}

function takeUp(
  state: RaftState,
  { token, basedOn, target }: ChangeMembership,
): MembershipRefusal | undefined {
  const { role, memberships } = state;
  if (role.kind !== "leader") return "not-leader";
  if (state.handover !== undefined) return "transferring";
  if (!mayChange(state, role)) return "in-progress";
  if (basedOn !== memberships.effectiveIndex) return "outdated";
  const next = planChange(memberships.effective, target);
  if (next === undefined) return "invalid";
  const { index } = appendMembership(state, role, next);
  role.change = { token, finalIndex: isJoint(next) ? undefined : index };
  return undefined;
}

/**
 * One change at a time, and the first only when an entry of this term is committed:
 * otherwise two configurations without a common quorum could be in force at once (the
 * flaw found in the single-server changes of the thesis in 2015; checklist F08).
 */
function mayChange({ log, memberships }: RaftState, role: LeaderRole): boolean {
  const settled = memberships.effectiveIndex <= log.commit && role.noopIndex <= log.commit;
  return settled && !isJoint(memberships.effective) && role.change === undefined;
}

/** In force at once (thesis, section 4.1). */
function appendMembership(state: RaftState, role: LeaderRole, membership: Membership): EntryId {
  const payload = state.membershipCodec.encode(membership);
  const entry = state.log.append(state.term, "membership", payload);
  state.memberships.append(entry.index, membership);
  announceMembership(state);
  followMembership(state, role);
  return entry;
}

/**
 * What follows from more of the log being committed, or from time: a joint configuration
 * is left, by whoever leads then; a complete change is told; a leader that is no voter any
 * more steps down (thesis, sections 4.2.2 and 4.3).
 */
export function proceedWithMembership(state: RaftState, role: LeaderRole): void {
  const { log, memberships } = state;
  const { effective, effectiveIndex } = memberships;
  if (log.commit < effectiveIndex || log.commit < role.noopIndex) return;
  if (isJoint(effective)) {
    // The target of a transfer shall not have to catch up with one entry more.
    if (effective.autoLeave && state.handover === undefined) leave(state, role, effective);
    return;
  }
  tellDone(state, role);
  if (effective.voters.includes(state.id)) dropRemoved(state, role);
  else resign(state, role);
}

function leave(state: RaftState, role: LeaderRole, joint: Membership): void {
  const { index } = appendMembership(state, role, leaveJoint(joint));
  if (role.change !== undefined) role.change = { ...role.change, finalIndex: index };
}

function tellDone(state: RaftState, role: LeaderRole): void {
  const { change } = role;
  if (change?.finalIndex === undefined || change.finalIndex > state.log.commit) return;
  role.change = undefined;
  const { token, finalIndex: index } = change;
  state.outbox.outcomes.push({ kind: "membership-done", token, index });
}

/** Everybody is told what is committed, and one of them to take over; nobody waits for a timeout. */
function resign(state: RaftState, role: LeaderRole): void {
  for (const peer of role.peers) sendCommit(state, role, peer);
  const successor = mostAdvanced(state, role);
  if (successor !== undefined) sendTimeoutNow(state, successor);
  becomeFollower(state, undefined, "it was removed from the voters");
}

/**
 * A learner has answered: if it is to be promoted and keeps up, it becomes a voter, and
 * whom it replaces leaves, without anybody asking (decision 17).
 */
export function promoteIfReady(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  const { effective } = state.memberships;
  if (effective.promotions.length === 0) return;
  const promotion = effective.promotions.find(({ learner }) => learner === peer.id);
  if (promotion === undefined) return;
  const view = { now: state.now, lastIndex: state.log.last.index };
  const keepsUp = peer.catchUp.answered(peer.match, {
    ...view,
    withinMs: state.options.electionTimeoutMs,
  });
  if (!keepsUp || state.handover !== undefined || !mayChange(state, role)) return;
  const next = planChange(effective, promoted(effective, promotion));
  if (next !== undefined) appendMembership(state, role, next);
}

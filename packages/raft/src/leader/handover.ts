import type { MemberId, Millis } from "@holdfast/base";
import type { RaftState } from "../raft-state.ts";
import type { Outcome, TransferFailure } from "../types/effects.ts";
import type { Token } from "../types/input.ts";
import { type LeaderRole, peerOf } from "./leader-role.ts";

/** A transfer of leadership (thesis, section 3.10), until it is known how it ended. */
export interface Handover {
  readonly to: MemberId;
  /** Then the leader gives up and takes proposals again. */
  readonly deadline: Millis;
  /** Those who asked; empty when the leader flees from its own disk. */
  readonly tokens: Token[];
  /** Whether the target was told to campaign, which happens once. */
  told: boolean;
}

/** Somebody wants another leader. */
export function onTransferLeadership(
  state: RaftState,
  token: Token,
  to: MemberId | undefined,
): void {
  const { role, handover } = state;
  if (role.kind !== "leader") return fail(state, [token], "not-leader");
  const target = to ?? handover?.to ?? mostAdvanced(state, role);
  if (target === undefined || !mayLead(state, role, target))
    return fail(state, [token], "no-target");
  if (handover?.to === target) {
    handover.tokens.push(token);
    return;
  }
  endHandover(state, "aborted");
  startHandover(state, role, target, [token]);
}

/** From now on nothing is appended until it is over; the target is brought to the end of the log. */
export function startHandover(
  state: RaftState,
  role: LeaderRole,
  to: MemberId,
  tokens: Token[],
): void {
  const deadline = state.now + state.options.electionTimeoutMs;
  state.handover = { to, deadline, tokens, told: false };
  continueHandover(state, role);
}

/** Tells the target to campaign as soon as it holds the whole log. */
export function continueHandover(state: RaftState, role: LeaderRole): void {
  const { handover, log } = state;
  if (handover === undefined || handover.told) return;
  if (peerOf(role, handover.to)?.match !== log.last.index) return;
  handover.told = true;
  sendTimeoutNow(state, handover.to);
}

export function sendTimeoutNow(state: RaftState, to: MemberId): void {
  state.outbox.messages.push({ kind: "timeout-now", from: state.id, to, term: state.term });
}

/** The live voter that holds most of the log, this member excepted. */
export function mostAdvanced(state: RaftState, role: LeaderRole): MemberId | undefined {
  const { now, options } = state;
  let best: LeaderRole["peers"][number] | undefined;
  for (const peer of role.peers) {
    const able = mayLead(state, role, peer.id) && peer.isLive(now, options.electionTimeoutMs);
    if (able && (best === undefined || peer.match > best.match)) best = peer;
  }
  return best?.id;
}

/** Time passed. */
export function tickHandover(state: RaftState): void {
  const { handover } = state;
  if (handover !== undefined && state.now >= handover.deadline) endHandover(state, "timed-out");
}

/** This member has heard who leads now, or leads itself. */
export function settleHandover(state: RaftState, leader: MemberId): void {
  const { handover } = state;
  if (handover === undefined) return;
  if (handover.to !== leader) return endHandover(state, "aborted");
  state.handover = undefined;
  const done = (token: Token): Outcome => ({ kind: "transfer-done", token, leader });
  state.outbox.outcomes.push(...handover.tokens.map(done));
}

function endHandover(state: RaftState, reason: TransferFailure): void {
  const { handover } = state;
  state.handover = undefined;
  if (handover !== undefined) fail(state, handover.tokens, reason);
}

function fail(state: RaftState, tokens: readonly Token[], reason: TransferFailure): void {
  for (const token of tokens) {
    state.outbox.outcomes.push({ kind: "transfer-failed", token, reason });
  }
}

/** Voters that are about to leave take over no more. */
function mayLead(state: RaftState, role: LeaderRole, id: MemberId): boolean {
  return state.memberships.effective.voters.includes(id) && peerOf(role, id) !== undefined;
}

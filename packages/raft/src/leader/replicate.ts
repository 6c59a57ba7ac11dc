import { assert } from "@holdfast/base";
import type { PeerProgress } from "../progress/peer-progress.ts";
import type { RaftState } from "../raft-state.ts";
import { type Entry, entryBytes } from "../types/entry.ts";
import type { AppendRequest } from "../types/message.ts";
import type { LeaderRole } from "./leader-role.ts";
import { confirmAlone } from "./responses.ts";

/** At the end of a batch of inputs: everybody is sent what is new and what the windows allow. */
export function replicate(state: RaftState, role: LeaderRole): void {
  if (role.reads.wantsRound) startReadRound(state, role);
  for (const peer of role.peers) {
    sendEntries(state, role, peer);
    sendCommit(state, role, peer);
  }
}

/** A periodic sign of life, and a question; it has a lane of its own and is never behind an append. */
export function heartbeat(state: RaftState, role: LeaderRole): void {
  role.nextHeartbeatAt = state.now + state.options.heartbeatMs;
  role.rounds.start(state.now);
  for (const peer of role.peers) sendHeartbeat(state, role, peer);
}

function startReadRound(state: RaftState, role: LeaderRole): void {
  role.reads.assign(role.rounds.start(state.now));
  for (const peer of role.peers) sendHeartbeat(state, role, peer);
  confirmAlone(state, role);
}

function sendHeartbeat(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  const commit = Math.min(peer.match, state.log.commit);
  peer.sentCommit = Math.max(peer.sentCommit, commit);
  state.outbox.messages.push({
    kind: "heartbeat-request",
    from: state.id,
    to: peer.id,
    term: state.term,
    epoch: peer.epoch,
    round: role.rounds.latest,
    commit,
    floor: heldByAll(state, role),
  });
}

function sendEntries(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  while (peer.open && peer.next <= state.log.last.index) {
    if (!sendBatch(state, role, peer)) return;
  }
  if (peer.nudged || (peer.state === "probe" && peer.open)) sendEmpty(state, role, peer);
}

/** Whether another batch may follow. */
function sendBatch(state: RaftState, role: LeaderRole, peer: PeerProgress): boolean {
  const { log, options } = state;
  const entries = log.slice(peer.next, log.last.index, options.appendBytesMax);
  if (entries === undefined) {
    fetchOld(state, peer);
    return false;
  }
  const last = entries.at(-1);
  assert(last !== undefined, "there is something to send");
  const { state: before } = peer;
  sendAppend(state, role, peer, entries);
  peer.sent(last.index, bytesOf(entries), state.now);
  return before === "replicate";
}

/** The entries are on disk only; the driver reads them (checklist F39). */
function fetchOld(state: RaftState, peer: PeerProgress): void {
  const { log, outbox, options } = state;
  if (peer.next <= log.compacted.index) return;
  state.lastFetchId++;
  const fetchId = state.lastFetchId;
  peer.fetchId = fetchId;
  const to = log.durable;
  outbox.fetches.push({ fetchId, from: peer.next, to, bytesMax: options.appendBytesMax });
}

/** The answer to a fetch; one of an earlier leadership or probe finds nobody waiting. */
export function onEntriesFetched(
  state: RaftState,
  role: LeaderRole,
  fetchId: number,
  entries: readonly Entry[] | undefined,
): void {
  const peer = role.peers.find((waiting) => waiting.fetchId === fetchId);
  if (peer === undefined) return;
  peer.fetchId = undefined;
  const first = entries?.[0];
  const last = entries?.at(-1);
  if (entries === undefined || first === undefined || last === undefined) {
    peer.fetchFailed();
    return;
  }
  if (first.index !== peer.next || state.log.termAt(last.index) !== last.term) return;
  sendAppend(state, role, peer, entries);
  peer.sent(last.index, bytesOf(entries), state.now);
}

function sendEmpty(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  peer.nudged = false;
  sendAppend(state, role, peer, []);
  if (peer.state === "probe") peer.probing = true;
}

function sendAppend(
  state: RaftState,
  role: LeaderRole,
  peer: PeerProgress,
  entries: readonly Entry[],
): void {
  const index = peer.next - 1;
  const term = state.log.termAt(index);
  if (term === undefined) return;
  const request: AppendRequest = {
    kind: "append-request",
    from: state.id,
    to: peer.id,
    term: state.term,
    epoch: peer.epoch,
    round: role.rounds.latest,
    prev: { index, term },
    entries,
    commit: state.log.commit,
    floor: heldByAll(state, role),
  };
  peer.sentCommit = Math.max(peer.sentCommit, Math.min(state.log.commit, index + entries.length));
  state.outbox.messages.push(request);
}

/** A commit that no append carries is told at once: followers answer reads and their own clients by it. */
function sendCommit(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  const commit = Math.min(peer.match, state.log.commit);
  if (commit > peer.sentCommit) sendHeartbeat(state, role, peer);
}

/** Up to here every member holds the log durably, so nobody will ask for it again. */
function heldByAll(state: RaftState, role: LeaderRole): number {
  return role.peers.reduce((least, peer) => Math.min(least, peer.match), state.log.durable);
}

function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
}

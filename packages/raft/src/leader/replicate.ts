import { assert, type LogIndex } from "@holdfast/base";
import type { PeerProgress } from "../progress/peer-progress.ts";
import type { RaftState } from "../raft-state.ts";
import { type Entry, entryBytes } from "../types/entry.ts";
import { proceedWithMembership } from "./change-membership.ts";
import { confirmRounds } from "./confirm-rounds.ts";
import type { LeaderRole } from "./leader-role.ts";
import { heldByLive } from "./retention.ts";
import { sendCommit, sendHeartbeat } from "./send-heartbeat.ts";
import { remindOfSnapshot, wantSnapshot } from "./snapshots.ts";

/** At the end of a batch of inputs: everybody is sent what is new and what the windows allow. */
export function replicate(state: RaftState, role: LeaderRole): void {
  if (role.reads.wantsRound) startReadRound(state, role);
  const floor = heldByLive(state, role);
  for (const peer of role.peers) {
    sendEntries(state, role, peer, floor);
    sendCommit(state, role, peer);
  }
}

/** A periodic sign of life. What waits for time alone is looked after as well. */
export function heartbeat(state: RaftState, role: LeaderRole): void {
  role.nextHeartbeatAt = state.now + state.options.heartbeatMs;
  role.rounds.start(state.now);
  for (const peer of role.peers) {
    sendHeartbeat(state, role, peer);
    remindOfSnapshot(state, role, peer);
  }
  confirmRounds(state, role);
  proceedWithMembership(state, role);
}

function startReadRound(state: RaftState, role: LeaderRole): void {
  role.reads.assign(role.rounds.start(state.now));
  for (const peer of role.peers) sendHeartbeat(state, role, peer);
  confirmRounds(state, role);
}

function sendEntries(
  state: RaftState,
  role: LeaderRole,
  peer: PeerProgress,
  floor: LogIndex,
): void {
  if (peer.state === "snapshot") return;
  if (peer.next <= state.log.compacted.index) return wantSnapshot(state, peer);
  const takes = peer.takesEntries(state.now, state.options.electionTimeoutMs);
  while (takes && peer.open && peer.next <= state.log.last.index) {
    if (!sendBatch(state, role, peer, floor)) return;
  }
  if (peer.nudged || (peer.state === "probe" && peer.open)) {
    peer.nudged = false;
    sendAppend(state, role, peer, [], floor);
    if (peer.state === "probe") peer.probing = true;
  }
}

/** Whether another batch may follow. */
function sendBatch(
  state: RaftState,
  role: LeaderRole,
  peer: PeerProgress,
  floor: LogIndex,
): boolean {
  const { log, options } = state;
  const entries = log.slice(peer.next, log.last.index, options.appendBytesMax);
  if (entries === undefined) {
    fetchOld(state, peer);
    return false;
  }
  sendAppend(state, role, peer, entries, floor);
  return peer.state === "replicate";
}

/** The entries are on disk only; the driver reads them (checklist F39). */
function fetchOld(state: RaftState, peer: PeerProgress): void {
  const { log, outbox, options } = state;
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
  const { log } = state;
  if (first.index !== peer.next || log.termAt(last.index) !== last.term) return;
  // Compacted meanwhile: what comes before it can no longer be named.
  if (peer.next <= log.compacted.index) return;
  sendAppend(state, role, peer, entries, heldByLive(state, role));
}

function sendAppend(
  state: RaftState,
  role: LeaderRole,
  peer: PeerProgress,
  entries: readonly Entry[],
  floor: LogIndex,
): void {
  const index = peer.next - 1;
  const term = state.log.termAt(index);
  assert(term !== undefined, "only what lies behind the compacted log is sent");
  const { commit } = state.log;
  const last = index + entries.length;
  state.outbox.messages.push({
    kind: "append-request",
    from: state.id,
    to: peer.id,
    term: state.term,
    epoch: peer.epoch,
    round: role.rounds.latest,
    prev: { index, term },
    entries,
    commit,
    floor,
  });
  peer.sentCommit = Math.max(peer.sentCommit, Math.min(commit, last));
  if (entries.length > 0) peer.sent(last, bytesOf(entries), state.now);
}

function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  return bytes;
}

import { assert } from "@holdfast/base";
import type { PeerProgress } from "../progress/peer-progress.ts";
import type { RaftState } from "../raft-state.ts";
import type { Input } from "../types/input.ts";
import { type LeaderRole, peerOf } from "./leader-role.ts";

type SnapshotOpened = Extract<Input, { readonly kind: "snapshot-opened" }>;
type SnapshotClosed = Extract<Input, { readonly kind: "snapshot-closed" }>;

/**
 * The peer needs what the log no longer holds (Raft, section 7). Only one that answers
 * costs the driver a frozen state; the others are probed until they do.
 */
export function wantSnapshot(state: RaftState, peer: PeerProgress): void {
  const waits = peer.state === "probe" && peer.probing;
  const there = peer.answering && peer.isLive(state.now, state.options.electionTimeoutMs);
  if (waits || !there) return;
  peer.wantSnapshot();
  state.outbox.snapshotsWanted.push({ peer: peer.id, epoch: peer.epoch });
}

/** The driver holds a frozen state for the peer. */
export function onSnapshotOpened(
  state: RaftState,
  role: LeaderRole,
  { peer: id, epoch, index }: SnapshotOpened,
): void {
  const peer = peerOf(role, id);
  if (peer?.epoch !== epoch || peer.state !== "snapshot" || peer.offered !== undefined) return;
  const { log, memberships } = state;
  // The log behind it may have gone meanwhile: then it would lead nowhere.
  const term = index === undefined || index < log.compacted.index ? undefined : log.termAt(index);
  if (index === undefined || term === undefined) {
    peer.snapshotEnded();
    return;
  }
  assert(index <= log.commit, "a state is applied up to what is committed");
  peer.offer({ last: { index, term }, membership: memberships.at(index) });
  sendOffer(state, role, peer);
}

/**
 * What served the state has ended. An end that comes while another state is being opened
 * is that of an earlier one.
 */
export function onSnapshotClosed(role: LeaderRole, { peer: id, epoch }: SnapshotClosed): void {
  const peer = peerOf(role, id);
  if (peer?.epoch === epoch && peer.offered !== undefined) peer.snapshotEnded();
}

/** With each heartbeat: the offer may have been lost, and so may its acceptance. */
export function remindOfSnapshot(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  if (peer.state !== "snapshot") return;
  if (peer.isLive(state.now, state.options.snapshotTimeoutMs)) sendOffer(state, role, peer);
  else peer.snapshotEnded();
}

function sendOffer(state: RaftState, role: LeaderRole, peer: PeerProgress): void {
  if (peer.offered === undefined) return;
  state.outbox.messages.push({
    kind: "snapshot-offer",
    from: state.id,
    to: peer.id,
    term: state.term,
    epoch: peer.epoch,
    round: role.rounds.latest,
    meta: peer.offered,
  });
}

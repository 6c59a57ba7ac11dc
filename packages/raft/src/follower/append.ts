import { assert, type MemberId } from "@holdfast/base";
import { becomeFollower } from "../election/roles.ts";
import { settleHandover } from "../leader/handover.ts";
import { announceMembership } from "../membership/announce-membership.ts";
import type { RaftState } from "../raft-state.ts";
import type { Entry } from "../types/entry.ts";
import type { AppendRequest, HeartbeatRequest, HeartbeatResponse } from "../types/message.ts";

/** A message of the current term's leader: follow it and wait anew. */
export function hearLeader(state: RaftState, leader: MemberId): void {
  assert(state.role.kind !== "leader", "one leader per term (Raft, section 5.2)");
  const known = state.role.kind === "follower" ? state.role.leader : undefined;
  assert(known === undefined || known === leader, "one leader per term (Raft, section 5.2)");
  if (known === undefined) becomeFollower(state, leader, "a leader was heard");
  if (state.handover !== undefined) settleHandover(state, leader);
  state.heardLeaderAt = state.now;
  state.hurryUntil = 0;
  state.timer.reset(state.now);
}

/** Raft, section 5.3; the request is of this member's term. */
export function onAppendRequest(state: RaftState, request: AppendRequest): void {
  hearLeader(state, request.from);
  // Who is sent appends is offered no state any more: the next offer is a new one.
  state.offer = undefined;
  const { log, id: from, term } = state;
  const { prev, entries, from: to, epoch, round } = request;
  const known = log.termAt(prev.index);
  // What is committed here is in every later leader's log, and of what is compacted no more is known.
  if (prev.index <= log.commit) {
    assert(known === undefined || known === prev.term, "a committed entry is in a leader's log");
  } else if (known !== prev.term) {
    const hint = log.lastAtMost(prev.index, prev.term);
    const rejected = prev.index;
    state.outbox.hold({ kind: "append-rejected", from, to, term, epoch, round, rejected, hint });
    return;
  }
  acceptEntries(state, entries);
  const verified = prev.index + entries.length;
  followCommit(state, request.commit, verified);
  state.floor = request.floor;
  const match = Math.max(verified, log.commit);
  state.outbox.hold({ kind: "append-accepted", from, to, term, epoch, round, match });
}

/** Truncates only upon a real conflict: same index, other term (checklist G4). */
function acceptEntries(state: RaftState, entries: readonly Entry[]): void {
  const { log } = state;
  for (const entry of entries) {
    if (entry.index <= log.last.index) {
      const known = log.termAt(entry.index);
      if (known === undefined || known === entry.term) continue;
      truncate(state, entry.index);
    }
    log.accept(entry);
    if (entry.kind === "membership") {
      state.memberships.append(entry.index, state.membershipCodec.decode(entry.payload));
      announceMembership(state);
    }
  }
}

function truncate(state: RaftState, from: number): void {
  state.log.truncate(from);
  state.persist.superseded(from);
  if (state.memberships.truncate(from)) announceMembership(state);
}

/** Never beyond what this message verified: the end of the own log may be another leader's (checklist G5). */
function followCommit(state: RaftState, leaderCommit: number, verified: number): void {
  state.log.advanceCommit(Math.min(leaderCommit, verified));
}

/** The leader never names a commit index above what it knows to match here. */
export function onHeartbeatRequest(state: RaftState, request: HeartbeatRequest): void {
  hearLeader(state, request.from);
  followCommit(state, request.commit, state.log.last.index);
  state.floor = request.floor;
  const { id: from, term } = state;
  const { from: to, epoch, round } = request;
  answerHeartbeat(state, { kind: "heartbeat-response", from, to, term, epoch, round });
}

/** It promises nothing but the term: it waits for no entries, however slow the disk (checklist F43). */
export function answerHeartbeat(state: RaftState, response: HeartbeatResponse): void {
  if (state.persist.durableTerm === state.term) state.outbox.messages.push(response);
  else state.outbox.hold(response);
}

import { assert } from "@holdfast/base";
import { becomeFollower, knownLeader } from "../election/roles.ts";
import { announceMembership } from "../membership/announce-membership.ts";
import { knowsOwnStore } from "../membership/own-store.ts";
import type { RaftState } from "../raft-state.ts";
import { compareEntryIds } from "../types/entry.ts";
import type { AppendAccepted, SnapshotOffer } from "../types/message.ts";
import type { SnapshotMeta } from "../types/snapshot-meta.ts";
import { answerHeartbeat, hearLeader } from "./append.ts";

type Session = Pick<AppendAccepted, "to" | "epoch" | "round">;

/** The leader's log no longer reaches this member; it offers its state (Raft, section 7). */
export function onSnapshotOffer(state: RaftState, offer: SnapshotOffer): void {
  hearLeader(state, offer.from);
  const { from: to, epoch, round, meta } = offer;
  const { log } = state;
  // What a state holds is committed. Where this log has it, nothing needs to be fetched.
  const known = log.termAt(meta.last.index);
  if (known === meta.last.term) log.advanceCommit(meta.last.index);
  if (meta.last.index <= log.commit) {
    const holds = known === undefined || known === meta.last.term;
    assert(holds, "a committed state is in a member's log");
    acknowledge(state, { to, epoch, round });
    return;
  }
  const { id: from, term } = state;
  answerHeartbeat(state, { kind: "heartbeat-response", from, to, term, epoch, round });
  // The leader has a later one, or will.
  if (!knowsOwnStore(state, meta.membership)) return;
  const taken = state.offer;
  const repeated =
    taken?.term === term &&
    taken.epoch === epoch &&
    compareEntryIds(taken.meta.last, meta.last) === 0;
  if (repeated) {
    taken.round = round;
    return;
  }
  state.offer = { from: to, term, epoch, meta, round };
  state.outbox.snapshotFetch = { from: to, term, epoch, meta };
}

/**
 * A fetched state is ready. It takes the place of state and log unless the log has
 * caught up meanwhile: what it would throw away then is acknowledged (checklist F20).
 *
 * One at a time: while another is on its way to the disk it is dropped, and offered
 * again if it is still needed then.
 */
export function onSnapshotStaged(state: RaftState, meta: SnapshotMeta): void {
  const { log, outbox, persist, offer } = state;
  const known = meta.last.index <= log.commit || log.termAt(meta.last.index) === meta.last.term;
  if (known || outbox.install !== undefined || persist.installs) {
    outbox.snapshotDropped = meta;
    state.offer = undefined;
    return;
  }
  assert(state.role.kind !== "leader", "a leader's log holds all that is committed");
  // A campaign named the end of the log that is about to go.
  if (state.role.kind !== "follower") becomeFollower(state, undefined, "a state was fetched");
  install(state, meta);
  if (offer?.term !== state.term || knownLeader(state) !== offer.from) return;
  acknowledge(state, { to: offer.from, epoch: offer.epoch, round: offer.round });
}

/** A fetch has failed: the offer is repeated with every heartbeat, and taken as a new one from now on. */
export function onSnapshotGivenUp(state: RaftState, meta: SnapshotMeta): void {
  const { offer } = state;
  if (offer !== undefined && compareEntryIds(offer.meta.last, meta.last) === 0) {
    state.offer = undefined;
  }
}

function install(state: RaftState, meta: SnapshotMeta): void {
  const { log, outbox, persist, memberships } = state;
  log.install(meta.last);
  persist.superseded(meta.last.index + 1);
  memberships.reset({ index: meta.last.index, membership: meta.membership });
  announceMembership(state);
  outbox.install = meta;
  outbox.compact = undefined;
  state.offer = undefined;
}

/** Held until everything up to the commit index is durable here. */
function acknowledge(state: RaftState, session: Session): void {
  const { id: from, term, log } = state;
  state.outbox.hold({ kind: "append-accepted", from, term, ...session, match: log.commit });
}

import { knownLeader } from "./election/roles.ts";
import { persistAge } from "./persist/stall.ts";
import type { RaftState } from "./raft-state.ts";
import { nextDeadline } from "./tick.ts";
import type { RaftStatus } from "./types/status.ts";

/** A frozen copy of what others may know of a member. */
export function statusOf(state: RaftState): RaftStatus {
  const { role, log, memberships } = state;
  const peers = role.kind === "leader" ? role.peers : [];
  return Object.freeze({
    id: state.id,
    role: role.kind,
    term: state.term,
    vote: state.vote,
    leader: knownLeader(state),
    commit: log.commit,
    durable: log.durable,
    lastIndex: log.last.index,
    compacted: log.compacted.index,
    uncommittedBytes: role.kind === "leader" ? role.uncommitted.bytes : 0,
    membership: memberships.effective,
    membershipIndex: memberships.effectiveIndex,
    transferringTo: role.kind === "leader" ? state.handover?.to : undefined,
    persistAgeMs: persistAge(state),
    peers: peers.map(({ id, state: progress, match, next }) => ({
      id,
      state: progress,
      match,
      next,
    })),
    nextDeadline: nextDeadline(state),
  });
}

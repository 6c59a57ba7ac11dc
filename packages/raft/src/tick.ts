import type { Millis } from "@holdfast/base";
import { campaign } from "./election/campaign.ts";
import { becomeFollower } from "./election/roles.ts";
import { tickReads } from "./follower/read-index.ts";
import { watchDisk } from "./leader/disk-watch.ts";
import { tickHandover } from "./leader/handover.ts";
import type { LeaderRole } from "./leader/leader-role.ts";
import { heartbeat } from "./leader/replicate.ts";
import type { RaftState } from "./raft-state.ts";
import { isOnlyVoter } from "./types/membership.ts";

/** Time passed. */
export function tick(state: RaftState): void {
  const { role } = state;
  tickHandover(state);
  if (role.kind === "leader") return tickLeader(state, role);
  tickReads(state);
  if (state.now >= state.timer.deadline) campaign(state);
}

function tickLeader(state: RaftState, role: LeaderRole): void {
  if (hasLostContact(state, role)) {
    becomeFollower(state, undefined, "no contact with a quorum");
    return;
  }
  watchDisk(state, role);
  if (state.role === role && state.now >= role.nextHeartbeatAt) heartbeat(state, role);
}

/** No quorum has answered for an election timeout (checklist F02); the only voter is its own quorum, also after a sleep. */
function hasLostContact({ now, options, memberships, id }: RaftState, role: LeaderRole): boolean {
  const silentFor = now - role.rounds.contactAt;
  return silentFor >= options.electionTimeoutMs && !isOnlyVoter(memberships.effective, id);
}

/** When to tick next at the latest: the earliest of all that waits for time. */
export function nextDeadline({
  role,
  reads,
  options,
  timer,
  handover,
  persist,
}: RaftState): Millis {
  const handoverEnds = handover?.deadline ?? Number.POSITIVE_INFINITY;
  if (role.kind === "leader") {
    const { oldestAt } = persist;
    const watched = oldestAt !== undefined && !role.stallSeen && handover === undefined;
    const stallsAt = watched ? oldestAt + options.diskStallMs : Number.POSITIVE_INFINITY;
    const contactEnds = role.rounds.contactAt + options.electionTimeoutMs;
    return Math.min(role.nextHeartbeatAt, contactEnds, handoverEnds, stallsAt);
  }
  const asked = reads.oldestAskedAt;
  const readsEnd =
    asked === undefined ? Number.POSITIVE_INFINITY : asked + options.electionTimeoutMs;
  return Math.min(timer.deadline, readsEnd, handoverEnds);
}

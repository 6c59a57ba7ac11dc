import { FIRST_GROUP } from "@holdfast/base";
import { NO_MEMBERSHIP } from "@holdfast/raft";
import type { Member } from "./member.ts";
import type { ReplicaParts } from "./replica.ts";
import type { ReplicaStatus } from "./replica-api.ts";
import { roleOf } from "./role-of.ts";

/** How a replica is at this moment, as a member or as none yet. */
export function replicaStatus(
  { self, bootId, options, log, room }: ReplicaParts,
  member: Member | undefined,
  known: Pick<ReplicaStatus, "stateBytes" | "waitingFor"> & { readonly isStopped: boolean },
): ReplicaStatus {
  const { isStopped, stateBytes, waitingFor } = known;
  const raft = member?.status();
  const role = raft === undefined ? "unborn" : roleOf(raft);
  return Object.freeze({
    role: isStopped ? "stopped" : role,
    name: self.name,
    storeId: self.storeId,
    bootId,
    clusterId: member === undefined ? undefined : log.head(FIRST_GROUP).clusterId,
    memberId: member?.id,
    leader: isStopped ? undefined : raft?.leader,
    term: raft?.term ?? log.head(FIRST_GROUP).hardState.term,
    membership: raft?.membership ?? NO_MEMBERSHIP,
    lastIndex: raft?.lastIndex ?? 0,
    committed: raft?.commit ?? 0,
    applied: member?.applied ?? 0,
    revision: member?.revision ?? 1,
    compactRevision: member?.state.machine.compactRevision ?? -1,
    sessions: member?.state.machine.sessions ?? 0,
    stateBytes,
    quotaBytes: options.quotaBytes,
    waitingFor,
    shortage: room.shortage,
    alarms: member?.state.machine.alarms.all() ?? [],
    electionTimeoutMs: options.raft.electionTimeoutMs,
  });
}

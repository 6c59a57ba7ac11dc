import { FIRST_GROUP } from "@holdfast/base";
import type { Member } from "./member.ts";
import { ownMember } from "./membership/own-member.ts";
import type { PeerIdentity } from "./ports/peer-network.ts";
import type { ReplicaParts } from "./replica.ts";

/**
 * Who a node is at this moment. What the log says counts from the first
 * moment on: a born node that is still opening its state must not pass for unborn,
 * or wiped ones might form a cluster without it.
 */
export function replicaIdentity(
  { self, bootId, options, log, membershipCodec }: ReplicaParts,
  member: Member | undefined,
): PeerIdentity {
  const head = log.head(FIRST_GROUP);
  const { clusterId } = head;
  const isBorn = clusterId !== undefined;
  const raft = member?.status();
  const membership =
    raft?.membership ?? (isBorn ? membershipCodec.decode(head.membership) : undefined);
  return {
    name: self.name,
    storeId: self.storeId,
    bootId,
    clusterId,
    memberId:
      member?.id ?? (membership === undefined ? undefined : ownMember(self.storeId, [membership])),
    membership,
    membershipConfirmed: false,
    membershipCommitted: raft !== undefined && raft.membershipIndex <= raft.commit,
    heartbeatMs: options.raft.heartbeatMs,
    electionTimeoutMs: options.raft.electionTimeoutMs,
    peerAddress: self.peerAddress,
    clientAddress: self.clientAddress,
  };
}

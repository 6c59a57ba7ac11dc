import { isVoter, type RaftStatus } from "@holdfast/raft";
import type { ReplicaRole } from "./replica-api.ts";

/** A member's part in its cluster, as others are told: to the core one that does not vote is a follower like any. */
export function roleOf({
  id,
  role,
  membership,
}: Pick<RaftStatus, "id" | "role" | "membership">): ReplicaRole {
  return role === "follower" && !isVoter(membership, id) ? "learner" : role;
}

import type { RaftState } from "../raft-state.ts";
import type { Membership } from "../types/membership.ts";

/**
 * Whether a configuration that has this member knows its store. A member has its place, and its id, before its
 * store is known: a log or a state that began with such a configuration would not say after a restart who it
 * is. The one that its log begins with does (docs/decisions/0008).
 */
export function knowsOwnStore(
  { memberships, log, id }: RaftState,
  membership: Membership,
): boolean {
  const storeIn = ({ profiles }: Membership) =>
    profiles.find((profile) => profile.id === id)?.storeId;
  const own = storeIn(memberships.at(log.compacted.index));
  const named = storeIn(membership);
  return own === undefined || named === undefined || named === own;
}

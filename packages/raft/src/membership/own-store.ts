import type { RaftState } from "../raft-state.ts";
import { isVoter, type Membership } from "../types/membership.ts";

/**
 * Whether a log, or a state, that began with such a configuration would say after a restart who this member is, or
 * that it was removed (docs/decisions/0008). A member has its place, and its id, before its store is known, so its
 * place alone does not say it. And what does not name one that joins is from before it was added: a leader that was just
 * elected may offer that, as it does not know yet how much is committed.
 */
export function saysWhoThisIs(state: RaftState, membership: Membership): boolean {
  const { memberships, log, id } = state;
  const storeIn = ({ profiles }: Membership) =>
    profiles.find((profile) => profile.id === id)?.storeId;
  const base = memberships.at(log.compacted.index);
  const own = storeIn(base);
  const named = storeIn(membership);
  if (own === undefined) return true;
  const joins = log.compacted.index === 0 && !isVoter(base, id);
  return named === own || (named === undefined && !joins);
}

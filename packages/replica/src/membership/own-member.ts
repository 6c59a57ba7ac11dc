import type { MemberId, StoreId } from "@holdfast/base";
import type { Membership } from "@holdfast/raft";

/**
 * The member that a store is, by the latest of the memberships that names it; a
 * member that was added had its id before its store existed, so the id is looked up
 * and never computed (docs/decisions/0008). `undefined`: no longer a member.
 */
export function ownMember(
  storeId: StoreId,
  memberships: readonly Membership[],
): MemberId | undefined {
  for (const { profiles } of memberships.toReversed()) {
    const own = profiles.find((profile) => profile.storeId === storeId);
    if (own !== undefined) return own.id;
  }
  return undefined;
}

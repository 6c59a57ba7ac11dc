import type { StoreId } from "@holdfast/base";
import type { MemberProfile } from "@holdfast/raft";

/** Stands in the profile of a member that was added and has not joined yet (docs/decisions/0008). */
export const RESERVED_STORE: StoreId = "0".repeat(32) as StoreId;

export function isReserved({ storeId }: MemberProfile): boolean {
  return storeId === RESERVED_STORE;
}

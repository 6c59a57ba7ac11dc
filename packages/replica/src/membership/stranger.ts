import type { PeerIdentity } from "../ports/peer-network.ts";

/**
 * Whether it is certain that the configuration here lacks nothing that was committed before a caller asked. That is made sure of
 * for a *stranger*, which takes itself for a member and is none as far as this node knows: it may have been
 * removed, or this node may be behind (docs/decisions/0008).
 */
export async function madeSureFor(
  caller: PeerIdentity,
  here: PeerIdentity,
  barrier: () => Promise<void>,
): Promise<boolean> {
  if (!isStranger(caller, here)) return false;
  return barrier().then(
    () => true,
    () => false,
  );
}

function isStranger(caller: PeerIdentity, { clusterId, membership }: PeerIdentity): boolean {
  if (caller.memberId === undefined || clusterId === undefined) return false;
  if (caller.clusterId !== clusterId || membership === undefined) return false;
  return membership.profiles.every(({ id }) => id !== caller.memberId);
}

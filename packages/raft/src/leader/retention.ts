import type { LogIndex } from "@holdfast/base";
import type { RaftState } from "../raft-state.ts";
import type { LeaderRole } from "./leader-role.ts";

/**
 * Up to here every live member holds the log durably, so nobody who works will ask for it
 * again. Live is who has answered within an election timeout; whoever does not finds what
 * trails behind, or is sent a state (docs/decisions/0006).
 *
 * A state on offer is followed by the log behind it, which stays until the transfer ends.
 */
export function heldByLive({ log, now, options }: RaftState, role: LeaderRole): LogIndex {
  let least = log.durable;
  for (const peer of role.peers) {
    if (peer.state === "snapshot") {
      const from = peer.offered?.last.index ?? log.compacted.index;
      if (from < least) least = from;
    } else if (peer.match < least && peer.isLive(now, options.electionTimeoutMs)) {
      least = peer.match;
    }
  }
  return least;
}

import { assert } from "@holdfast/base";
import type { RaftState } from "./raft-state.ts";

/**
 * What is true of every member after every input (raft.md §8), as far as it is
 * cheap. A broken one means a bug, and stops the member.
 */
export function checkInvariants(state: RaftState): void {
  const { log, role } = state;
  assert(log.compacted.index <= log.commit, "compacted ≤ commit");
  assert(log.commit <= log.last.index, "commit ≤ last");
  assert(log.durable <= log.last.index, "durable ≤ last");
  assert(log.last.term <= state.term, "no entry is of a later term than the member");
  if (role.kind !== "leader") return;
  assert(role.uncommitted.bytes >= 0, "the quota never goes below nothing");
  for (const peer of role.peers) {
    assert(peer.match < peer.next, "match < next");
    assert(peer.match <= log.last.index, "nobody matches beyond the leader's log");
  }
}

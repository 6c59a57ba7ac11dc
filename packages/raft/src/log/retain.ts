import type { LogIndex } from "@holdfast/base";
import { heldByLive } from "../leader/retention.ts";
import { knowsOwnStore } from "../membership/own-store.ts";
import type { RaftState } from "../raft-state.ts";
import { isVoter, membersOf } from "../types/membership.ts";

/**
 * The applied state up to `applied` is durable, so the log before it is needed for others
 * only. It keeps what trails behind for members that come back, and what live members lack
 * up to a hard bound (docs/decisions/0006).
 */
export function onStateDurable(state: RaftState, applied: LogIndex): void {
  const { log, options, role } = state;
  const ready = Math.min(applied, log.applicable);
  const heavy = Math.min(ready, log.beyondTrailing(options.trailingBytes));
  const wanted = Math.max(ready - options.trailingEntries, heavy);
  const floor = role.kind === "leader" ? heldByLive(state, role) : state.floor;
  const bound = Math.min(ready, log.beyondTrailing(options.retainBytesMax));
  const upTo = Math.max(Math.min(wanted, floor), bound);
  // In steps, so that a record of it is not written with every entry.
  const step = upTo <= heavy ? 1 : Math.max(1, Math.floor(options.trailingEntries / 4));
  if (upTo < log.compacted.index + step || !saysWhoThisIs(state, upTo)) return;
  const membership = state.memberships.compact(upTo);
  state.outbox.compact = { upTo: log.compact(upTo), membership };
}

/**
 * Whether a log that begins at `upTo` says that this is a member. One that joins is born with a configuration
 * that names it and its store, and is then sent those from before: it keeps its log until it has come to its own.
 * Who founds is a voter from the beginning.
 */
function saysWhoThisIs(state: RaftState, upTo: LogIndex): boolean {
  const { memberships, id } = state;
  const { index, membership } = memberships.datedAt(upTo);
  const isNamed = index > 0 && membersOf(membership).includes(id);
  return isVoter(membership, id) || (isNamed && knowsOwnStore(state, membership));
}

import type { RaftState } from "../raft-state.ts";
import { traceEvent } from "../trace/trace-event.ts";

/** Another configuration is in force. */
export function announceMembership(state: RaftState): void {
  const membership = state.memberships.effective;
  state.outbox.transitions.push({ kind: "membership", membership });
  if (state.trace !== undefined) traceEvent(state, "ChangeConf");
}

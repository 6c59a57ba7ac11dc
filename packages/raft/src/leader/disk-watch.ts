import { becomeFollower } from "../election/roles.ts";
import { isStalled } from "../persist/stall.ts";
import type { RaftState } from "../raft-state.ts";
import { mostAdvanced, startHandover } from "./handover.ts";
import type { LeaderRole } from "./leader-role.ts";

/**
 * A leader whose disk stalls holds up everybody who waits for it here, though the others
 * could go on: it hands over, and if nobody takes over it steps down (checklist F32). A
 * cluster of one gains nothing by that and waits.
 */
export function watchDisk(state: RaftState, role: LeaderRole): void {
  if (!isStalled(state)) {
    role.stallSeen = false;
    return;
  }
  const alone = !state.memberships.effective.voters.some((id) => id !== state.id);
  if (state.handover !== undefined || (alone && role.stallSeen)) return;
  const successor = role.stallSeen ? undefined : mostAdvanced(state, role);
  role.stallSeen = true;
  if (successor !== undefined) startHandover(state, role, successor, []);
  else if (!alone) becomeFollower(state, undefined, "its disk stalls");
}

import type { Millis } from "@holdfast/base";
import type { RaftState } from "../raft-state.ts";

/** How long the oldest write under way has been so; 0 if there is none. */
export function persistAge({ persist, now }: RaftState): Millis {
  return persist.oldestAt === undefined ? 0 : now - persist.oldestAt;
}

/** Whether the disk is so late that this member should not lead (checklist F32). */
export function isStalled(state: RaftState): boolean {
  const { oldestAt } = state.persist;
  return oldestAt !== undefined && state.now - oldestAt >= state.options.diskStallMs;
}

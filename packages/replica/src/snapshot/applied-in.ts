import { FIRST_GROUP } from "@holdfast/base";
import { type EntryId, NO_ENTRY } from "@holdfast/raft";
import { decodeMeta, rowLayout } from "@holdfast/state-machine";
import type { EngineReads } from "@holdfast/storage";

/** How far the state in these rows was applied; it stands in the same batch as what was applied (decision 10). */
export function appliedIn(rows: EngineReads): EntryId {
  const row = rows.getSync(rowLayout(FIRST_GROUP).metaKey);
  if (row === undefined) return NO_ENTRY;
  const { appliedIndex: index, appliedTerm: term } = decodeMeta(row);
  return { index, term };
}

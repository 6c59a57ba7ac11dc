import type { ByteString, Revision, Row } from "@holdfast/base";
import { decodeHistory, type HistoryRecord } from "../rows/history-row.ts";
import { partsOfHistory, type RowLayout } from "../rows/row-layout.ts";

/** A `history` row that no read can meet any more, and the event that it names. */
export interface DeadHistory {
  readonly rowKey: ByteString;
  readonly event: HistoryRecord;
}

/** What a page of `history` rows was found to be. */
export interface HistoryGarbage {
  readonly dead: readonly DeadHistory[];
  /** Where the next page begins; `undefined` behind the last. */
  readonly resume: ByteString | undefined;
}

/**
 * Finds the rows of a page that a compaction at `compactRevision` freed: of each
 * key's rows up to it only the last stays, and that not if it is a deletion from
 * before (etcd-v3.md §5.6: one *at* the revision stays for whoever watches from there).
 *
 * `rows` are in order and begin with the first or at a page's `resume`; at most
 * `limit` were asked for.
 */
export function historyGarbage(
  layout: RowLayout,
  rows: readonly Row[],
  bounds: { readonly compactRevision: Revision; readonly limit: number },
): HistoryGarbage {
  const { compactRevision, limit } = bounds;
  const isLastPage = rows.length < limit;
  const dead: DeadHistory[] = [];
  let last: (Row & { readonly userKey: ByteString; readonly revision: Revision }) | undefined;
  for (const row of rows) {
    const { key: userKey, revision } = partsOfHistory(layout, row.key);
    const isSuperseded = last?.userKey === userKey && revision <= compactRevision;
    if (last !== undefined) addDead(dead, last, { isSuperseded, compactRevision });
    last = { ...row, userKey, revision };
  }
  if (last === undefined) return { dead, resume: undefined };
  // What follows the last row decides about it.
  if (!isLastPage) return { dead, resume: last.key };
  addDead(dead, last, { isSuperseded: false, compactRevision });
  return { dead, resume: undefined };
}

function addDead(
  dead: DeadHistory[],
  row: Row & { readonly revision: Revision },
  known: { readonly isSuperseded: boolean; readonly compactRevision: Revision },
): void {
  if (row.revision > known.compactRevision) return;
  const event = decodeHistory(row.value, row.revision);
  const isOldDeletion = event.tombstone && row.revision < known.compactRevision;
  if (known.isSuperseded || isOldDeletion) dead.push({ rowKey: row.key, event });
}

import type { Revision, Row } from "@holdfast/base";
import { decodeMeta, encodeMeta, formatOfMeta } from "./meta-row.ts";
import { RowEncoder } from "./row-encoder.ts";
import type { RowLayout } from "./row-layout.ts";

/**
 * A row of a state as it stands in a cluster that begins with that state; `undefined`: it does not.
 *
 * Sessions end with the cluster that knew them, and so do alarms of its members. With `bumpRevision` all revisions of the old cluster, also those
 * after the state was copied, lie below the new one's and are compacted: whoever watched the old one is told so
 * instead of missing what happened.
 */
export function restoredRow(
  row: Row,
  layout: RowLayout,
  { bumpRevision }: { readonly bumpRevision: Revision },
): Row | undefined {
  const { key, value } = row;
  if (key >= layout.sessionPrefix && key < layout.answersEnd) return undefined;
  if (key >= layout.alarmPrefix && key < layout.alarmEnd) return undefined;
  if (key !== layout.metaKey || bumpRevision === 0) return row;
  const meta = decodeMeta(value);
  const revision = meta.revision + bumpRevision;
  return {
    key,
    value: encodeMeta(
      new RowEncoder(),
      { ...meta, revision, compactRevision: revision },
      formatOfMeta(value),
    ),
  };
}

import { type ByteString, emptyBytes, toByteString } from "@holdfast/base";
import type { RangeQuery, RangeResult } from "../query.ts";
import { decodeCurrent } from "../rows/current-row.ts";
import { currentKey, type RowLayout } from "../rows/row-layout.ts";
import type { StatePoint } from "./state-point.ts";

/**
 * The one row that answers a plain read of the latest value of one key;
 * `undefined` for any other query, which takes `rangeSteps`.
 */
export function pointReadKey(query: RangeQuery, layout: RowLayout): ByteString | undefined {
  const isPlain =
    query.rangeEnd.length === 0 &&
    query.revision <= 0 &&
    !query.countOnly &&
    query.minModRevision === 0 &&
    query.maxModRevision === 0 &&
    query.minCreateRevision === 0 &&
    query.maxCreateRevision === 0;
  return isPlain ? currentKey(layout, toByteString(query.key)) : undefined;
}

/**
 * The answer that the row of {@link pointReadKey} gives, at once; `undefined` when
 * the value stands elsewhere and `rangeSteps` must fetch it.
 */
export function pointRead(
  query: RangeQuery,
  row: Uint8Array | undefined,
  point: StatePoint,
): RangeResult | undefined {
  const { revision } = point;
  if (row === undefined) return { revision, kvs: [], more: false, count: 0 };
  const record = decodeCurrent(row);
  const value = query.keysOnly ? emptyBytes() : record.value;
  if (value === undefined) return undefined;
  const { createRevision, modRevision, version, lease } = record;
  const pair = { key: query.key, value, createRevision, modRevision, version, lease };
  return { revision, kvs: [pair], more: false, count: 1 };
}

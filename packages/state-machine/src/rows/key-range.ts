import { toByteString } from "@holdfast/base";
import type { KeyRange } from "./row-layout.ts";

/** What `key` and `rangeEnd` of a request mean (etcd-v3.md §5.1). May be empty: then `from >= to`. */
export function keyRange(request: {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}): KeyRange {
  const from = toByteString(request.key);
  const { rangeEnd } = request;
  if (rangeEnd.length === 0) return { from, to: `${from}\0` };
  if (isOpenEnd(rangeEnd)) return { from, to: undefined };
  return { from, to: toByteString(rangeEnd) };
}

export function isEmptyRange(range: KeyRange): boolean {
  return range.to !== undefined && range.from >= range.to;
}

function isOpenEnd(rangeEnd: Uint8Array): boolean {
  return rangeEnd.length === 1 && rangeEnd[0] === 0;
}

import { emptyBytes } from "@holdfast/base";
import type { RangeQuery, SortOrder, SortTarget } from "../query.ts";
import { decodeMessage, encodeMessage, type MessageField, wholeNumber } from "./message-codec.ts";
import {
  bytesAt,
  choiceAt,
  fieldsOf,
  flagsAt,
  optionalBytesAt,
  optionalIntegerAt,
  readEach,
} from "./message-fields.ts";
import { arrayLength } from "./message-shape.ts";

const KEYS_ONLY = 1;
const COUNT_ONLY = 2;
const ALL_FLAGS: number = KEYS_ONLY | COUNT_ONLY;

/** The numbers are etcd's. */
const SORT_ORDERS: readonly SortOrder[] = ["none", "ascend", "descend"];
const SORT_TARGETS: readonly SortTarget[] = ["key", "version", "create", "mod", "value"];

const NO_BYTES: Uint8Array = emptyBytes();
const QUERY_BOUNDS = { min: 1, max: 11 } as const;

/** Encodes reads of one turn: `Queries` of docs/command-format.md. */
export function encodeQueries(queries: readonly RangeQuery[]): Uint8Array {
  return encodeMessage(queries.map(queryFields));
}

/**
 * Reads what {@link encodeQueries} writes; keys are views of `bytes`. More than
 * `queriesMax` are refused before they cost much.
 *
 * @throws MalformedCommandError on anything else
 */
export function decodeQueries(
  bytes: Uint8Array,
  bounds: { readonly queriesMax?: number } = {},
): readonly RangeQuery[] {
  const { queriesMax = Number.POSITIVE_INFINITY } = bounds;
  return readEach(decodeMessage(bytes, queriesMax + 1), "query", readQuery);
}

/** How many queries some bytes say that they hold, by their first few alone; -1 where they hold none at all. */
export function announcedQueries(bytes: Uint8Array): number {
  return arrayLength(bytes, 1, bytes[1] ?? 0);
}

/** One query as positional fields, without the defaults at its end. */
export function queryFields(query: RangeQuery): MessageField[] {
  const flags = (query.keysOnly ? KEYS_ONLY : 0) | (query.countOnly ? COUNT_ONLY : 0);
  const optional: MessageField[] = [
    query.rangeEnd,
    flags,
    wholeNumber(query.limit),
    wholeNumber(query.revision),
    SORT_ORDERS.indexOf(query.sortOrder),
    SORT_TARGETS.indexOf(query.sortTarget),
    wholeNumber(query.minModRevision),
    wholeNumber(query.maxModRevision),
    wholeNumber(query.minCreateRevision),
    wholeNumber(query.maxCreateRevision),
  ];
  let used = optional.length;
  while (used > 1 && optional[used - 1] === 0) used -= 1;
  if (used === 1 && query.rangeEnd.length === 0) used = 0;
  return [query.key, ...optional.slice(0, used)];
}

/** One query from its fields. */
export function readQuery(value: unknown): RangeQuery {
  const fields = fieldsOf(value, "query", QUERY_BOUNDS);
  const flags = flagsAt(fields, 2, "flags", ALL_FLAGS);
  return {
    key: bytesAt(fields, 0, "key"),
    rangeEnd: optionalBytesAt(fields, 1, "range end", NO_BYTES),
    keysOnly: (flags & KEYS_ONLY) !== 0,
    countOnly: (flags & COUNT_ONLY) !== 0,
    limit: optionalIntegerAt(fields, 3, "limit", 0),
    revision: optionalIntegerAt(fields, 4, "revision", 0),
    sortOrder: choiceAt(fields, 5, "sort order", SORT_ORDERS),
    sortTarget: choiceAt(fields, 6, "sort target", SORT_TARGETS),
    minModRevision: optionalIntegerAt(fields, 7, "min mod revision", 0),
    maxModRevision: optionalIntegerAt(fields, 8, "max mod revision", 0),
    minCreateRevision: optionalIntegerAt(fields, 9, "min create revision", 0),
    maxCreateRevision: optionalIntegerAt(fields, 10, "max create revision", 0),
  };
}

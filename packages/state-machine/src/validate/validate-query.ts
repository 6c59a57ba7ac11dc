import type { RangeQuery } from "../query.ts";
import { type RequestRefusal, requestRefusal } from "../refusal.ts";

const SORT_ORDERS: ReadonlySet<unknown> = new Set(["none", "ascend", "descend"]);
const SORT_TARGETS: ReadonlySet<unknown> = new Set(["key", "version", "create", "mod", "value"]);

/** Why a read cannot be served at any revision; `undefined` when it can. */
export function validateQuery(query: RangeQuery): RequestRefusal | undefined {
  if (query.key.length === 0) return requestRefusal("key-not-provided");
  if (!SORT_ORDERS.has(query.sortOrder) || !SORT_TARGETS.has(query.sortTarget)) {
    return requestRefusal("invalid-sort-option");
  }
  return undefined;
}

import type { RangeQuery, SortTarget } from "../query.ts";
import type { CurrentRecord } from "../rows/current-row.ts";

/** How a range is read: what the options of a {@link RangeQuery} come down to (etcd-v3.md §5.1). */
export interface RangePlan {
  /** So many keys are enough; others of the range are only counted. One more than the limit, to know `more`. */
  readonly take: number;
  /** 0 is none. */
  readonly limit: number;
  /** From the greatest key downwards. */
  readonly descendingKeys: boolean;
  /** By what else than the key the answer is ordered. */
  readonly sort:
    | { readonly target: Exclude<SortTarget, "key">; readonly descending: boolean }
    | undefined;
  /** Which keys pass the revision bounds; `undefined`: all. */
  readonly passes: ((record: CurrentRecord) => boolean) | undefined;
  readonly withValues: boolean;
  /** Whether every key that is found will be in the answer, so that it can be weighed at once. */
  readonly keepsAllFound: boolean;
  /** Whether the walk goes on when enough is found, to count the rest of the range. */
  readonly countsAll: boolean;
}

/**
 * Plans a range. Like etcd, an order other than by key is made over all keys that
 * pass, then cut to the limit; but with order "none" and no bounds the first
 * limit + 1 *by key* are taken and then sorted.
 */
export function planRange(query: RangeQuery): RangePlan {
  const limit = Math.max(0, query.limit);
  const passes = boundsOf(query);
  const byKey = query.sortTarget === "key";
  const cutsEarly = byKey || (query.sortOrder === "none" && passes === undefined);
  const descending = query.sortOrder === "descend";
  return {
    take: takeOf(query, limit, cutsEarly),
    limit,
    descendingKeys: byKey && descending,
    sort: query.sortTarget === "key" ? undefined : { target: query.sortTarget, descending },
    passes,
    withValues: !query.keysOnly,
    keepsAllFound: byKey || limit === 0,
    countsAll: true,
  };
}

function takeOf(query: RangeQuery, limit: number, cutsEarly: boolean): number {
  if (query.countOnly) return 0;
  return limit > 0 && cutsEarly ? limit + 1 : Number.POSITIVE_INFINITY;
}

function boundsOf(query: RangeQuery): RangePlan["passes"] {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = query;
  const hasBounds =
    minModRevision !== 0 ||
    maxModRevision !== 0 ||
    minCreateRevision !== 0 ||
    maxCreateRevision !== 0;
  if (!hasBounds) return undefined;
  return ({ modRevision, createRevision }) =>
    (maxModRevision === 0 || modRevision <= maxModRevision) &&
    (minModRevision === 0 || modRevision >= minModRevision) &&
    (maxCreateRevision === 0 || createRevision <= maxCreateRevision) &&
    (minCreateRevision === 0 || createRevision >= minCreateRevision);
}

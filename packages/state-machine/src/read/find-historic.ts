import {
  type ByteString,
  needScan,
  pause,
  type Revision,
  type Row,
  type Steps,
} from "@holdfast/base";
import { decodeHistory } from "../rows/history-row.ts";
import {
  type EventReference,
  historyBounds,
  historyKey,
  type KeyRange,
  partsOfHistory,
} from "../rows/row-layout.ts";
import { isEnough } from "./find-latest.ts";
import { type FoundKey, type FoundKeys, PAGE_ROWS } from "./found-keys.ts";
import { keepFirst } from "./keep-first.ts";
import { loadEvents } from "./load-events.ts";
import type { RangePlan } from "./range-plan.ts";
import type { RowSource } from "./state-point.ts";

/** The newest version of one key so far seen that is not newer than the revision read. */
interface Candidate extends EventReference {
  readonly key: ByteString;
  readonly tombstone: boolean;
}

/** Walks a range as it was at an earlier revision, in the order of keys, page by page. */
export function* findHistoric(
  source: RowSource,
  range: KeyRange,
  plan: RangePlan & { readonly revision: Revision },
): Steps<FoundKeys> {
  if (range.to === `${range.from}\0`) return yield* findOneHistoric(source, range.from, plan);
  const walk = new HistoryWalk(source, plan.revision);
  const found: FoundKey[] = [];
  // Downwards all must be seen: the rows of a key ascend by revision.
  const take = plan.descendingKeys && plan.take > 0 ? Number.POSITIVE_INFINITY : plan.take;
  let count = 0;
  let { from, to } = historyBounds(source.layout, range);
  while (true) {
    const rows = yield* needScan({ from, to, limit: PAGE_ROWS });
    const isLast = rows.length < PAGE_ROWS;
    const live = walk.add(rows, isLast);
    count += live.length;
    if (take > 0) yield* takeLive(source, live, { plan, take, found });
    yield* keepFirst(found, plan);
    if (isLast || isEnough(plan, found)) break;
    if (source.answer.isExceeded) return { found: [], count };
    from = `${rows.at(-1)?.key}\0`;
    yield* pause();
  }
  if (plan.descendingKeys) found.reverse();
  return { found, count };
}

function* findOneHistoric(
  source: RowSource,
  key: ByteString,
  plan: RangePlan & { readonly revision: Revision },
): Steps<FoundKeys> {
  const rows = yield* needScan({
    from: historyKey(source.layout, key, 0),
    to: historyKey(source.layout, key, plan.revision + 1),
    limit: 1,
    reverse: true,
  });
  const live = new HistoryWalk(source, plan.revision).add(rows, true);
  const found: FoundKey[] = [];
  if (plan.take > 0) yield* takeLive(source, live, { plan, take: plan.take, found });
  return { found, count: live.length };
}

/** Adds those of `live` that are still wanted and pass; their blocks tell what they were. */
function* takeLive(
  source: RowSource,
  live: readonly Candidate[],
  into: { readonly plan: RangePlan; readonly take: number; readonly found: FoundKey[] },
): Steps<void> {
  const { plan, take, found } = into;
  const left = take - found.length;
  if (left <= 0) return;
  const wanted = plan.passes === undefined && live.length > left ? live.slice(0, left) : live;
  const withValues = plan.withValues || plan.sort?.target === "value";
  const events = yield* loadEvents(source, wanted, withValues);
  for (const [at, event] of events.entries()) {
    if (found.length >= take) return;
    const { key, blockRevision, blockSub, ordinal } = wanted[at] as Candidate;
    const { createRevision, modRevision, version, lease, value } = event;
    const record = { createRevision, modRevision, version, lease, value };
    const one = { key, ...record, blockRevision, blockSub, ordinal };
    if (plan.passes !== undefined && !plan.passes(one)) continue;
    found.push(one);
    if (plan.keepsAllFound) source.answer.spendPair(key.length, value.length);
  }
}

/** Picks, from `history` rows in order, the version of each key that counts at a revision. */
class HistoryWalk {
  readonly #source: RowSource;
  readonly #revision: Revision;
  #candidate: Candidate | undefined;

  constructor(source: RowSource, revision: Revision) {
    this.#source = source;
    this.#revision = revision;
  }

  /** The keys that are known to exist once these rows are seen. */
  add(rows: readonly Row[], isLast: boolean): readonly Candidate[] {
    const live: Candidate[] = [];
    for (const row of rows) {
      const { key, revision } = partsOfHistory(this.#source.layout, row.key);
      if (this.#candidate?.key !== key) this.#settle(live);
      if (revision <= this.#revision) {
        this.#candidate = { key, ...decodeHistory(row.value, revision) };
      }
    }
    if (isLast) this.#settle(live);
    return live;
  }

  #settle(live: Candidate[]): void {
    if (this.#candidate !== undefined && !this.#candidate.tombstone) live.push(this.#candidate);
    this.#candidate = undefined;
  }
}

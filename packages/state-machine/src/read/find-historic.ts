import {
  type ByteString,
  needScan,
  pause,
  type Revision,
  type Row,
  type Steps,
} from "@holdfast/base";
import type { BlockEvent } from "../rows/block.ts";
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
import { loadEvents, type Weigh } from "./load-events.ts";
import type { RangePlan } from "./range-plan.ts";
import type { RowSource } from "./state-point.ts";

type HistoricPlan = RangePlan & { readonly revision: Revision };

/** The newest version of one key so far seen that is not newer than the revision read. */
interface Candidate extends EventReference {
  readonly key: ByteString;
  readonly tombstone: boolean;
}

/** Walks a range as it was at an earlier revision, in the order of keys, page by page. */
export function* findHistoric(
  source: RowSource,
  range: KeyRange,
  plan: HistoricPlan,
): Steps<FoundKeys> {
  if (range.to === `${range.from}\0`) return yield* findOneHistoric(source, range.from, plan);
  const walk = new HistoryWalk(source, plan.revision);
  const found: FoundKey[] = [];
  let count = 0;
  let { from, to } = historyBounds(source.layout, range);
  while (true) {
    const rows = yield* needScan({ from, to, limit: PAGE_ROWS });
    const isLast = rows.length < PAGE_ROWS;
    const live = walk.add(rows, isLast);
    count += live.length;
    if (plan.take > 0) yield* takeLive(source, live, plan, found);
    yield* keepFirst(found, plan);
    if (isLast || (!isLimitedDownwards(plan) && isEnough(plan, found))) break;
    if (source.answer.isExceeded) return { found: [], count };
    from = `${rows.at(-1)?.key}\0`;
    yield* pause();
  }
  if (isLimitedDownwards(plan)) source.answer.spendPairs(found, false);
  if (plan.descendingKeys) found.reverse();
  return { found, count };
}

/** All must be seen then, as the rows of a key ascend by revision, and the last ones stay. */
function isLimitedDownwards({ descendingKeys, take }: RangePlan): boolean {
  return descendingKeys && take !== Number.POSITIVE_INFINITY;
}

function* findOneHistoric(
  source: RowSource,
  key: ByteString,
  plan: HistoricPlan,
): Steps<FoundKeys> {
  const rows = yield* needScan({
    from: historyKey(source.layout, key, 0),
    to: historyKey(source.layout, key, plan.revision + 1),
    limit: 1,
    reverse: true,
  });
  const live = new HistoryWalk(source, plan.revision).add(rows, true);
  const found: FoundKey[] = [];
  if (plan.take > 0) yield* takeLive(source, live, plan, found);
  if (isLimitedDownwards(plan)) source.answer.spendPairs(found, false);
  return { found, count: live.length };
}

/** Adds those of `live` that are still wanted and pass; their blocks tell what they were. */
function* takeLive(
  source: RowSource,
  live: readonly Candidate[],
  plan: HistoricPlan,
  found: FoundKey[],
): Steps<void> {
  if (found.length >= plan.take && !isLimitedDownwards(plan)) return;
  const wanted = wantedOf(live, plan, found.length);
  const loaded = areAllAnswered(plan)
    ? yield* loadAnswered(source, wanted, plan)
    : yield* loadPassing(source, wanted, plan);
  for (const one of loaded) found.push(one);
  const tooMany = Math.max(0, found.length - plan.take);
  found.splice(isLimitedDownwards(plan) ? 0 : plan.take, tooMany);
}

/** Whether each one that is loaded is in the answer, so that its value can come with it. */
function areAllAnswered(plan: RangePlan): boolean {
  return plan.keepsAllFound && plan.passes === undefined && !isLimitedDownwards(plan);
}

function* loadAnswered(
  source: RowSource,
  wanted: readonly Candidate[],
  plan: HistoricPlan,
): Steps<readonly FoundKey[]> {
  const withValues = plan.withValues || plan.sort?.target === "value";
  const weigh: Weigh = ({ key, value }) => source.answer.spendPair(key.length, value.length);
  const events = yield* loadEvents(source, wanted, { withValues, weigh });
  return events.map((event, at) => foundAs(wanted[at] as Candidate, event, event.value));
}

/** Without their values: those are loaded once it is known whose are answered. */
function* loadPassing(
  source: RowSource,
  wanted: readonly Candidate[],
  plan: HistoricPlan,
): Steps<readonly FoundKey[]> {
  const events = yield* loadEvents(source, wanted, { withValues: false });
  const all = events.map((event, at) => foundAs(wanted[at] as Candidate, event, undefined));
  const { passes } = plan;
  const passing = passes === undefined ? all : all.filter((one) => passes(one));
  if (plan.keepsAllFound && !isLimitedDownwards(plan)) source.answer.spendPairs(passing, false);
  return passing;
}

function foundAs(
  { key, blockRevision, blockSub, ordinal }: Candidate,
  { createRevision, modRevision, version, lease }: BlockEvent,
  value: Uint8Array | undefined,
): FoundKey {
  const record = { createRevision, modRevision, version, lease, value };
  return { key, ...record, blockRevision, blockSub, ordinal };
}

/** Those that may come into the answer, where `taken` are in it. */
function wantedOf(
  live: readonly Candidate[],
  plan: HistoricPlan,
  taken: number,
): readonly Candidate[] {
  if (plan.passes !== undefined) return live;
  return isLimitedDownwards(plan) ? live.slice(-plan.take) : live.slice(0, plan.take - taken);
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

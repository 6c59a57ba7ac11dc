import type { Revision, Steps } from "@holdfast/base";
import type { AppliedEvent } from "../apply/unpublished-changes.ts";
import type { KeyValue } from "../key-value.ts";
import { pointQuery } from "../query.ts";
import type { BlockEvent } from "../rows/block.ts";
import type { CurrentRecord } from "../rows/current-row.ts";
import type { RowLayout } from "../rows/row-layout.ts";
import { AnswerBudget } from "./answer-budget.ts";
import { loadEvents } from "./load-events.ts";
import { rangeSteps } from "./range-steps.ts";
import type { StatePoint } from "./state-point.ts";

/** A change, of whose key it may be known what it was before. */
export type ChangeWithBefore = BlockEvent & Partial<Pick<AppliedEvent, "before">>;

/** Whether there was nothing before a change, as far as it tells by itself. */
export function isFirstVersion(event: BlockEvent): boolean {
  return event.kind === "put" && event.version === 1;
}

/**
 * What the key of each change was before it; `undefined` where it was not, or where that was
 * compacted away. Of the first ones only where values come to more than `bytesMax`, at least of one.
 */
export function* previousPairsSteps(
  events: readonly ChangeWithBefore[],
  point: StatePoint,
  { layout, bytesMax }: { readonly layout: RowLayout; readonly bytesMax: number },
): Steps<readonly (KeyValue | undefined)[]> {
  const pairs: (KeyValue | undefined)[] = [];
  let bytes = 0;
  for (const event of events) {
    if (bytes > bytesMax) break;
    const pair = yield* previousPair(event, point, layout);
    bytes += pair?.value.length ?? 0;
    pairs.push(pair);
  }
  return pairs;
}

function* previousPair(
  event: ChangeWithBefore,
  point: StatePoint,
  layout: RowLayout,
): Steps<KeyValue | undefined> {
  const revision: Revision = event.modRevision - 1;
  if (isFirstVersion(event) || revision < Math.max(1, point.compactRevision)) return undefined;
  // What the same revision changed before is none of it: nobody ever read that.
  if (event.before !== undefined && event.before.modRevision <= revision)
    return yield* pairOf(event.key, event.before, layout);
  const query = { ...pointQuery(event.key), revision };
  const found = yield* rangeSteps(query, point, layout);
  return "kind" in found ? undefined : found.kvs[0];
}

function* pairOf(key: Uint8Array, record: CurrentRecord, layout: RowLayout): Steps<KeyValue> {
  const { createRevision, modRevision, version, lease } = record;
  const pair = { key, createRevision, modRevision, version, lease };
  if (record.value !== undefined) return { ...pair, value: record.value };
  const source = { layout, open: undefined, answer: new AnswerBudget() };
  const [event] = yield* loadEvents(source, [record], { withValues: true });
  return { ...pair, value: event?.value ?? new Uint8Array(0) };
}

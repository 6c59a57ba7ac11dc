import { type ByteString, emptyBytes, needRows, type Steps } from "@holdfast/base";
import { type BlockEvent, readBlockEvent } from "../rows/block.ts";
import { DamagedRowError } from "../rows/damaged-row-error.ts";
import { blockKey, type EventReference } from "../rows/row-layout.ts";
import type { AnswerBudget } from "./answer-budget.ts";
import type { RowSource } from "./state-point.ts";

/** Blocks that are in memory at once; each has about 256 KiB, or one large event. */
const BLOCKS_PER_READ = 8;

/** Counts an event for the answer, as soon as it is loaded. */
export type Weigh = (event: BlockEvent) => void;

/** Counts the values of pairs that were counted before. */
export function valuesInto(answer: AnswerBudget): Weigh {
  return ({ value }) => answer.spendValue(value.length);
}

/**
 * The events that `references` name, in their order. Neighbours of one block
 * share its read. Values are copies, so that one of them does not keep its whole
 * block in memory; without `withValues` they are empty.
 *
 * Where they are weighed only the first ones come back once the answer is too large: nobody
 * is told the others, and they may be more than there is memory for.
 *
 * @throws DamagedRowError where a block or an event is not there
 */
export function* loadEvents(
  source: RowSource,
  references: readonly EventReference[],
  { withValues, weigh }: { readonly withValues: boolean; readonly weigh?: Weigh | undefined },
): Steps<readonly BlockEvent[]> {
  const events: BlockEvent[] = [];
  while (events.length < references.length) {
    if (weigh !== undefined && source.answer.isExceeded) break;
    const batch = nextBlocks(source, references, events.length);
    const blocks = batch.keys.length === 0 ? [] : yield* needRows(batch.keys);
    for (let at = events.length; at < batch.end; at++) {
      const reference = references[at] as EventReference;
      const block = blocks[batch.blockOf[at - batch.start] as number];
      const event = eventOf(source, reference, block, withValues);
      weigh?.(event);
      events.push(event);
    }
  }
  return events;
}

/** The next references whose blocks may be read together. */
interface BlockBatch {
  readonly keys: ByteString[];
  readonly start: number;
  end: number;
  /** For each reference from `start`, the position of its block in `keys`; -1 is the open block. */
  readonly blockOf: number[];
}

function nextBlocks(
  source: RowSource,
  references: readonly EventReference[],
  start: number,
): BlockBatch {
  const batch: BlockBatch = { keys: [], start, end: start, blockOf: [] };
  const positions = new Map<ByteString, number>();
  for (; batch.end < references.length; batch.end++) {
    const reference = references[batch.end] as EventReference;
    if (source.open?.find(reference) !== undefined) {
      batch.blockOf.push(-1);
      continue;
    }
    const key = blockKey(source.layout, reference);
    let position = positions.get(key);
    if (position === undefined) {
      if (batch.keys.length === BLOCKS_PER_READ) return batch;
      position = batch.keys.push(key) - 1;
      positions.set(key, position);
    }
    batch.blockOf.push(position);
  }
  return batch;
}

function eventOf(
  source: RowSource,
  reference: EventReference,
  block: Uint8Array | undefined,
  withValues: boolean,
): BlockEvent {
  const open = source.open?.find(reference);
  if (open !== undefined) return open;
  if (block === undefined) {
    throw new DamagedRowError(
      `the block of revision ${reference.blockRevision}.${reference.blockSub} is missing`,
    );
  }
  const event = readBlockEvent(reference, block, reference.ordinal);
  return { ...event, value: withValues ? copyOf(event.value) : emptyBytes() };
}

function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}

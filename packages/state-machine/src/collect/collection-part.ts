import {
  type ByteString,
  needRows,
  needScan,
  pause,
  type Revision,
  type Steps,
} from "@holdfast/base";
import { BLOCK_BYTES_TARGET, withoutEvents } from "../rows/block.ts";
import { BlockPage } from "../rows/block-page.ts";
import type { CollectionState } from "../rows/collection-row.ts";
import {
  type BlockId,
  blockKey,
  eventOfGarbage,
  garbageKey,
  type RowLayout,
} from "../rows/row-layout.ts";
import { deadEvents } from "./dead-events.ts";
import { historyGarbage } from "./history-garbage.ts";

/** `history` rows looked at in one part. */
const HISTORY_ROWS = 1000;
/** `garbage` rows looked at in one part. */
const GARBAGE_ROWS = 1000;
/** Blocks are rewritten in one part until so much of them was read. */
const PART_BYTES: number = 4 * BLOCK_BYTES_TARGET;

/** So much of them takes a few milliseconds at most, however small their events are. */
const PAUSE_BYTES: number = BLOCK_BYTES_TARGET / 4;

/** A bounded part of collecting: what it writes, and from where to where it leads. */
export interface CollectionPart {
  readonly from: CollectionState;
  readonly to: CollectionState;
  readonly puts: readonly { readonly key: ByteString; readonly value: Uint8Array }[];
  readonly deletes: readonly ByteString[];
}

/** A `garbage` row says all by its key; the byte is the version of its kind. */
const GARBAGE_VALUE: Uint8Array = Uint8Array.of(1);

/**
 * Plans the next part of collecting what compactions up to `compactRevision` freed;
 * `undefined` if nothing is left. Only reads.
 *
 * In two phases, so that each block is rewritten once, however its garbage is spread
 * over the keys: first the `history` rows of all keys in order, of which dead ones
 * become `garbage` rows, which sort by block; then those, block by block. What a
 * compaction freed stays so whatever is applied meanwhile: a plan does not grow old
 * (decision 12).
 */
export function* collectionPart(
  state: CollectionState,
  compactRevision: Revision,
  layout: RowLayout,
): Steps<CollectionPart | undefined> {
  switch (state.phase) {
    case "idle": {
      if (compactRevision <= state.collected) return undefined;
      const { collected } = state;
      const resume = layout.historyPrefix;
      const begun: CollectionState = {
        collected,
        phase: "history",
        target: compactRevision,
        resume,
      };
      return { ...(yield* historyPart(begun, layout)), from: state };
    }
    case "history":
      return yield* historyPart(state, layout);
    case "blocks":
      return yield* blocksPart(state, layout);
  }
}

function* historyPart(state: CollectionState, layout: RowLayout): Steps<CollectionPart> {
  const { target, resume: from } = state;
  const rows = yield* needScan({ from, to: layout.historyEnd, limit: HISTORY_ROWS });
  const bounds = { compactRevision: target, limit: HISTORY_ROWS };
  const { dead, resume } = historyGarbage(layout, rows, bounds);
  return {
    from: state,
    to:
      resume === undefined
        ? { ...state, phase: "blocks", resume: layout.garbagePrefix }
        : { ...state, resume },
    puts: dead.map(({ event }) => ({ key: garbageKey(layout, event), value: GARBAGE_VALUE })),
    deletes: dead.map(({ rowKey }) => rowKey),
  };
}

function* blocksPart(state: CollectionState, layout: RowLayout): Steps<CollectionPart> {
  const { target, resume: from } = state;
  const scan = { from, to: layout.garbageEnd, limit: GARBAGE_ROWS, keysOnly: true };
  const garbage = (yield* needScan(scan)).map(({ key }) => key);
  const marks = marksByBlock(garbage, layout);
  const page = new BlockPage();
  const changes: BlockChanges = { puts: [], deletes: [], bytes: 0 };
  let at = 0;
  while (at < marks.length && changes.bytes < PART_BYTES) {
    const batch = marks.slice(at, at + page.blocks);
    const before = changes.bytes;
    yield* addBlocks(batch, changes);
    page.read(changes.bytes - before);
    at += batch.length;
  }
  const last = marks[at - 1]?.rows.at(-1);
  const to: CollectionState =
    last === undefined
      ? { collected: target, phase: "idle", target, resume: "" }
      : { ...state, resume: `${last}\0` };
  return { from: state, to, puts: changes.puts, deletes: changes.deletes };
}

/** What becomes of blocks, and how much of them was read. */
interface BlockChanges {
  readonly puts: { readonly key: ByteString; readonly value: Uint8Array }[];
  readonly deletes: ByteString[];
  bytes: number;
}

function* addBlocks(marks: readonly BlockMarks[], changes: BlockChanges): Steps<void> {
  const blocks = yield* needRows(marks.map(({ key }) => key));
  let pausedAt = changes.bytes;
  for (const [at, { id, key, ordinals, rows }] of marks.entries()) {
    for (const row of rows) changes.deletes.push(row);
    const block = blocks[at];
    // All that was left of it went with an earlier part.
    if (block === undefined) continue;
    changes.bytes += block.length;
    const left = withoutEvents(block, deadEvents(id, block, ordinals));
    if (left === undefined) changes.deletes.push(key);
    else changes.puts.push({ key, value: left });
    if (changes.bytes - pausedAt < PAUSE_BYTES) continue;
    pausedAt = changes.bytes;
    yield* pause();
  }
}

/** What is garbage of one block, as far as one part looks. */
interface BlockMarks {
  readonly id: BlockId;
  readonly key: ByteString;
  readonly ordinals: Set<number>;
  /** Its `garbage` rows. */
  readonly rows: ByteString[];
}

/** The blocks that garbage is marked of, in order. */
function marksByBlock(garbage: readonly ByteString[], layout: RowLayout): readonly BlockMarks[] {
  const marks: BlockMarks[] = [];
  for (const row of garbage) {
    const event = eventOfGarbage(layout, row);
    const key = blockKey(layout, event);
    let block = marks.at(-1);
    if (block?.key !== key) {
      block = { id: event, key, ordinals: new Set(), rows: [] };
      marks.push(block);
    }
    block.ordinals.add(event.ordinal);
    block.rows.push(row);
  }
  return marks;
}

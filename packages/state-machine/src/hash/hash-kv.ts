import {
  assert,
  type ByteString,
  crc32c,
  fromByteString,
  needRows,
  needScan,
  pause,
  type Revision,
  type Steps,
} from "@holdfast/base";
import { deadEvents } from "../collect/dead-events.ts";
import { revisionRefusal, type StatePoint } from "../read/state-point.ts";
import type { ReadRefusal } from "../refusal.ts";
import { BLOCK_BYTES_TARGET, BlockTable, readBlockEvent } from "../rows/block.ts";
import { BlockPage } from "../rows/block-page.ts";
import { decodeCollection, NOTHING_COLLECTED } from "../rows/collection-row.ts";
import {
  type BlockId,
  blockKey,
  blockOf,
  eventOfGarbage,
  garbageKey,
  type RowLayout,
} from "../rows/row-layout.ts";
import { DEAD_REFERENCES_MAX, type DeadReferences, deadReferences } from "./dead-references.ts";

/** The hash of all that can be read at some revision, and of what came before back to the compact revision. */
export interface HashKv {
  readonly hash: number;
  /** The revision that was hashed. */
  readonly revision: Revision;
  /** -1 as long as nothing was compacted. */
  readonly compactRevision: Revision;
  /** The store's revision when it was read. */
  readonly storeRevision: Revision;
}

const ORDINAL_MAX = 0xffff_ffff;

/**
 * Hashes every change up to `revision` (0: the latest) that a compaction has left,
 * read from the rows themselves (decision 15). Equal on all replicas, however far
 * each has collected what compactions freed: what is freed does not count.
 *
 * CRC-32C, in the order of blocks: the revision and sub of each block that has
 * something left, then the bytes of its events.
 */
export function* hashKvSteps(
  revision: Revision,
  point: StatePoint,
  layout: RowLayout,
  options: { readonly deadReferencesMax?: number } = {},
): Steps<HashKv | ReadRefusal> {
  const refusal = revisionRefusal({ revision }, point);
  if (refusal !== undefined) return refusal;
  const { compactRevision } = point;
  const upTo = revision <= 0 ? point.revision : revision;
  const max = options.deadReferencesMax ?? DEAD_REFERENCES_MAX;
  const [row] = yield* needRows([layout.collectionKey]);
  const collection = row === undefined ? NOTHING_COLLECTED : decodeCollection(row);
  // Then there is no garbage to look for: what stands in the blocks is what counts.
  const isCollected = collection.phase === "idle" && collection.collected === compactRevision;
  let hash = 0;
  let from: ByteString | undefined = layout.blockPrefix;
  let deadFrom = layout.garbagePrefix;
  while (from !== undefined) {
    const dead: DeadReferences = isCollected
      ? { keys: [], more: undefined }
      : yield* deadReferences(layout, deadFrom, { compactRevision, max });
    const end: ByteString =
      dead.more === undefined
        ? layout.blockEnd
        : blockKey(layout, eventOfGarbage(layout, dead.more));
    assert(end > from, "a pass over the blocks gets further");
    hash = yield* hashBlocks({ from, end, upTo, hash }, dead.keys, layout);
    from = dead.more === undefined ? undefined : end;
    if (dead.more !== undefined) {
      deadFrom = garbageKey(layout, { ...eventOfGarbage(layout, dead.more), ordinal: 0 });
    }
  }
  return { hash, revision: upTo, compactRevision, storeRevision: point.revision };
}

interface BlockWalk {
  readonly from: ByteString;
  readonly end: ByteString;
  readonly upTo: Revision;
  readonly hash: number;
}

function* hashBlocks(
  walk: BlockWalk,
  dead: readonly ByteString[],
  layout: RowLayout,
): Steps<number> {
  const marks = new MarksInOrder(dead, layout);
  const page = new BlockPage();
  let { from, hash } = walk;
  while (true) {
    const { blocks: limit } = page;
    const rows = yield* needScan({ from, to: walk.end, limit });
    let bytes = 0;
    let pausedAt = 0;
    for (const { key, value: block } of rows) {
      const id = blockOf(layout, key);
      if (id.blockRevision > walk.upTo) return hash;
      const named = fromByteString(key.slice(layout.blockPrefix.length));
      hash = hashBlock(hash, { id, named, block, marked: marks.of(id) }, walk.upTo);
      bytes += block.length;
      if (bytes - pausedAt < BLOCK_BYTES_TARGET) continue;
      pausedAt = bytes;
      yield* pause();
    }
    if (rows.length < limit) return hash;
    page.read(bytes);
    from = `${rows.at(-1)?.key}\0`;
  }
}

/** References to events, given out block by block, in order. */
class MarksInOrder {
  readonly #keys: readonly ByteString[];
  readonly #layout: RowLayout;
  #at = 0;

  constructor(keys: readonly ByteString[], layout: RowLayout) {
    this.#keys = keys;
    this.#layout = layout;
  }

  /** The ordinals of a block; blocks are asked for in order, and those between them are passed over. */
  of(id: BlockId): ReadonlySet<number> {
    const first = garbageKey(this.#layout, { ...id, ordinal: 0 });
    const last = garbageKey(this.#layout, { ...id, ordinal: ORDINAL_MAX });
    const ordinals = new Set<number>();
    for (; this.#at < this.#keys.length; this.#at++) {
      const key = this.#keys[this.#at] as ByteString;
      if (key > last) break;
      if (key >= first) ordinals.add(eventOfGarbage(this.#layout, key).ordinal);
    }
    return ordinals;
  }
}

function hashBlock(
  before: number,
  found: {
    readonly id: BlockId;
    /** Its revision and sub, as its row's key has them. */
    readonly named: Uint8Array;
    readonly block: Uint8Array;
    readonly marked: ReadonlySet<number>;
  },
  upTo: Revision,
): number {
  const { id, named, block, marked } = found;
  const table = new BlockTable(block);
  const count = eventsUpTo(id, block, table, upTo);
  const dead = marked.size === 0 ? marked : deadEvents(id, block, marked);
  let hash = before;
  let isEmpty = true;
  for (const { first, last } of liveRuns(count, dead)) {
    const start = table.startOf(first);
    const end = table.endOf(last);
    if (start === end) continue;
    if (isEmpty) hash = crc32c(named, 0, named.length, hash);
    isEmpty = false;
    hash = crc32c(block, start, end, hash);
  }
  return hash;
}

/** How many of a block's events, in order, are not above `upTo`. */
function eventsUpTo(id: BlockId, block: Uint8Array, table: BlockTable, upTo: Revision): number {
  let { count } = table;
  while (count > 0) {
    const last = count - 1;
    if (!table.isCollected(last) && readBlockEvent(id, block, last).modRevision <= upTo) break;
    count = last;
  }
  return count;
}

/** The stretches of events between those that are dead. */
function* liveRuns(
  count: number,
  dead: ReadonlySet<number>,
): Generator<{ readonly first: number; readonly last: number }> {
  let first = 0;
  for (const ordinal of [...dead].sort((a, b) => a - b)) {
    if (ordinal >= count) break;
    if (ordinal > first) yield { first, last: ordinal - 1 };
    first = ordinal + 1;
  }
  if (first < count) yield { first, last: count - 1 };
}

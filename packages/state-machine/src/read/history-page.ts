import {
  type ByteString,
  needScan,
  pause,
  type Revision,
  type Row,
  type Steps,
} from "@holdfast/base";
import { compactedRefusal, type ReadRefusal } from "../refusal.ts";
import { type BlockEvent, BlockTable, readBlockEvent } from "../rows/block.ts";
import { BlockPage } from "../rows/block-page.ts";
import { blockKey, blockOf, type RowLayout } from "../rows/row-layout.ts";
import type { StatePoint } from "./state-point.ts";

/** What happened from some revision on. */
export interface HistoryPage {
  readonly kind: "history";
  /** In order; all of each revision from the first to {@link next}, without it. */
  readonly events: readonly BlockEvent[];
  /** The first revision that was not read. */
  readonly next: Revision;
}

/** A page ends with the revision with which it reaches one of these. */
export interface HistoryPageLimits {
  readonly events: number;
  /** Of keys and values. */
  readonly bytes: number;
}

/** About a millisecond's work. */
const EVENTS_PER_SLICE = 1000;

/**
 * Reads what happened from revision `from` on, in whole revisions: at least one, and no more
 * than the limits name. `from` is not above the point's revision.
 */
export function* historyPageSteps(
  from: Revision,
  point: StatePoint,
  { layout, limits }: { readonly layout: RowLayout; readonly limits: HistoryPageLimits },
): Steps<HistoryPage | ReadRefusal> {
  if (from < point.compactRevision) return compactedRefusal(point.compactRevision);
  const gathering = new PageGathering(from, limits);
  const page = new BlockPage();
  let at = yield* blockWith(from, layout);
  while (true) {
    const { blocks: limit } = page;
    const rows = yield* needScan({ from: at, to: layout.blockEnd, limit });
    let bytes = 0;
    for (const row of rows) {
      bytes += row.value.length;
      if (yield* gathering.take(row, layout)) return gathering.page(point);
    }
    if (rows.length < limit) return gathering.page(point);
    page.read(bytes);
    at = `${rows.at(-1)?.key}\0`;
  }
}

/** Where the block stands in which a revision begins. */
function* blockWith(revision: Revision, layout: RowLayout): Steps<ByteString> {
  const [row] = yield* needScan({
    from: layout.blockPrefix,
    to: blockKey(layout, { blockRevision: revision, blockSub: 1 }),
    limit: 1,
    reverse: true,
    keysOnly: true,
  });
  return row?.key ?? layout.blockPrefix;
}

/** Gathers the events of a page until it is full. */
class PageGathering {
  readonly #from: Revision;
  readonly #limits: HistoryPageLimits;
  readonly #events: BlockEvent[] = [];
  #bytes = 0;
  /** The revision with which the page ends, once it is full. */
  #last: Revision | undefined;

  constructor(from: Revision, limits: HistoryPageLimits) {
    this.#from = from;
    this.#limits = limits;
  }

  /** Takes the events of a block; true when the page has ended. */
  *take({ key, value: block }: Row, layout: RowLayout): Steps<boolean> {
    const id = blockOf(layout, key);
    const table = new BlockTable(block);
    for (let ordinal = 0; ordinal < table.count; ordinal++) {
      if (table.isCollected(ordinal)) continue;
      const event = readBlockEvent(id, block, ordinal);
      if (event.modRevision < this.#from) continue;
      if (this.#last !== undefined && event.modRevision > this.#last) return true;
      this.#add(event);
      if (this.#events.length % EVENTS_PER_SLICE === 0) yield* pause();
    }
    return false;
  }

  page(point: StatePoint): HistoryPage {
    const next = (this.#last ?? point.revision) + 1;
    return { kind: "history", events: this.#events, next };
  }

  #add(event: BlockEvent): void {
    this.#events.push(event);
    this.#bytes += event.key.length + event.value.length;
    const isFull = this.#events.length >= this.#limits.events || this.#bytes >= this.#limits.bytes;
    if (isFull) this.#last = event.modRevision;
  }
}

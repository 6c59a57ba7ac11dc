import { type ByteString, needScan, type Revision, type Steps } from "@holdfast/base";
import { historyGarbage } from "../collect/history-garbage.ts";
import { sortSteps } from "../read/sort-steps.ts";
import { garbageKey, type RowLayout } from "../rows/row-layout.ts";

/** References held at once: about 16 MiB of memory. More garbage than that is gone through in several passes. */
export const DEAD_REFERENCES_MAX = 131_072;

const PAGE_ROWS = 1000;

/** Events that a compaction freed and nobody has collected yet, as keys of `garbage` rows, in order. */
export interface DeadReferences {
  readonly keys: readonly ByteString[];
  /** There may be more from this one on; `undefined`: these are all. */
  readonly more: ByteString | undefined;
}

/**
 * Finds the events from the garbage key `from` on that no read can meet, whether
 * their `history` rows are still there or became `garbage` rows: the first ones, in order.
 */
export function* deadReferences(
  layout: RowLayout,
  from: ByteString,
  bounds: { readonly compactRevision: Revision; readonly max: number },
): Steps<DeadReferences> {
  const smallest = new SmallestKeys(from, bounds.max);
  yield* addGarbageRows(layout, from, smallest);
  yield* addDeadHistory(layout, bounds.compactRevision, smallest);
  return yield* smallest.finish();
}

function* addGarbageRows(layout: RowLayout, from: ByteString, into: SmallestKeys): Steps<void> {
  let next = from;
  while (true) {
    const scan = { from: next, to: layout.garbageEnd, limit: PAGE_ROWS, keysOnly: true };
    const rows = yield* needScan(scan);
    for (const { key } of rows) into.add(key);
    if (rows.length < PAGE_ROWS || into.isFull) return;
    next = `${rows.at(-1)?.key}\0`;
  }
}

function* addDeadHistory(
  layout: RowLayout,
  compactRevision: Revision,
  into: SmallestKeys,
): Steps<void> {
  if (compactRevision < 0) return;
  let from: ByteString | undefined = layout.historyPrefix;
  while (from !== undefined) {
    const rows = yield* needScan({ from, to: layout.historyEnd, limit: PAGE_ROWS });
    const { dead, resume } = historyGarbage(layout, rows, { compactRevision, limit: PAGE_ROWS });
    for (const { event } of dead) into.add(garbageKey(layout, event));
    yield* into.shrink();
    from = resume;
  }
}

/** The smallest of the keys that are added, at most `max` of them, in bounded memory. */
class SmallestKeys {
  readonly #from: ByteString;
  readonly #max: number;
  #keys: ByteString[] = [];
  /** Keys from here on were let go. */
  #below: ByteString | undefined;

  constructor(from: ByteString, max: number) {
    this.#from = from;
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#keys.length > this.#max;
  }

  add(key: ByteString): void {
    if (key < this.#from || (this.#below !== undefined && key >= this.#below)) return;
    this.#keys.push(key);
  }

  /** Lets go of what is too much, once it is as much again. */
  *shrink(): Steps<void> {
    if (this.#keys.length >= 2 * this.#max) yield* this.#cut();
  }

  *finish(): Steps<DeadReferences> {
    yield* this.#cut();
    return { keys: this.#keys, more: this.#below };
  }

  *#cut(): Steps<void> {
    this.#keys = yield* sortSteps(this.#keys, (a, b) => (a < b ? -1 : 1));
    if (this.#keys.length <= this.#max) return;
    this.#below = this.#keys[this.#max];
    this.#keys = this.#keys.slice(0, this.#max);
  }
}

import type { ByteString } from "@holdfast/base";
import type { KeyRange } from "@holdfast/state-machine";

/** All items of one range. */
interface Span<Item> extends KeyRange {
  readonly items: Set<Item>;
}

/** Spans that may wait, unsorted, before they are sorted in. */
const RECENT_MIN = 64;
/** So large a part of the sorted ones may wait, or be empty. */
const UNSORTED_PART = 8;

/**
 * Items by ranges of keys, to ask which of them have a key: in logarithmic time, however many
 * have another. A range of one key is found by its key alone; the others stand sorted by where
 * they begin, as a balanced tree in an array that also knows how far each subtree reaches.
 */
export class RangeIndex<Item> {
  readonly #points = new Map<ByteString, Set<Item>>();
  readonly #spans = new Map<ByteString, Span<Item>>();
  #sorted: readonly Span<Item>[] = [];
  /** For the subtree whose root stands at each place: its largest `to`. */
  #reach: (ByteString | undefined)[] = [];
  #recent: Span<Item>[] = [];
  #emptied = 0;

  add(range: KeyRange, item: Item): void {
    if (isPoint(range)) {
      const items = this.#points.get(range.from);
      if (items === undefined) this.#points.set(range.from, new Set([item]));
      else items.add(item);
      return;
    }
    const name = nameOf(range);
    const span = this.#spans.get(name);
    if (span !== undefined) {
      span.items.add(item);
      return;
    }
    const added = { from: range.from, to: range.to, items: new Set([item]) };
    this.#spans.set(name, added);
    this.#recent.push(added);
    if (this.#recent.length > this.#mayWait) this.#sort();
  }

  remove(range: KeyRange, item: Item): void {
    if (isPoint(range)) {
      const items = this.#points.get(range.from);
      items?.delete(item);
      if (items?.size === 0) this.#points.delete(range.from);
      return;
    }
    const name = nameOf(range);
    const span = this.#spans.get(name);
    span?.items.delete(item);
    if (span?.items.size !== 0) return;
    this.#spans.delete(name);
    this.#emptied += 1;
    if (this.#emptied > this.#mayWait) this.#sort();
  }

  /** Visits each item whose range has `key`. A visit may remove its own item. */
  visit(key: ByteString, visit: (item: Item) => void): void {
    const items = this.#points.get(key);
    if (items !== undefined) for (const item of items) visit(item);
    if (this.#spans.size === 0) return;
    const found: Span<Item>[] = [];
    for (const span of this.#recent) if (has(span, key)) found.push(span);
    this.#gather(key, found, 0, this.#sorted.length);
    // A visit may sort anew, so what it visits was gathered before.
    for (const span of found) for (const item of span.items) visit(item);
  }

  get #mayWait(): number {
    return Math.max(RECENT_MIN, this.#sorted.length / UNSORTED_PART);
  }

  #sort(): void {
    this.#sorted = [...this.#spans.values()].sort((a, b) => (a.from < b.from ? -1 : 1));
    this.#reach = new Array(this.#sorted.length);
    this.#recent = [];
    this.#emptied = 0;
    this.#measure(0, this.#sorted.length);
  }

  /** Of the subtree of the places `[start, end)`; empty ones reach nowhere. */
  #measure(start: number, end: number): ByteString | undefined {
    if (start >= end) return "";
    const root = (start + end) >>> 1;
    const own = (this.#sorted[root] as Span<Item>).to;
    const sides = [this.#measure(start, root), this.#measure(root + 1, end)];
    const reach = sides.reduce(further, own);
    this.#reach[root] = reach;
    return reach;
  }

  #gather(key: ByteString, found: Span<Item>[], start: number, end: number): void {
    if (start >= end) return;
    const root = (start + end) >>> 1;
    const reach = this.#reach[root];
    if (reach !== undefined && reach <= key) return;
    this.#gather(key, found, start, root);
    const span = this.#sorted[root] as Span<Item>;
    if (span.from > key) return;
    if (has(span, key)) found.push(span);
    this.#gather(key, found, root + 1, end);
  }
}

function isPoint({ from, to }: KeyRange): boolean {
  return to === `${from}\0`;
}

function has({ from, to }: KeyRange, key: ByteString): boolean {
  return from <= key && (to === undefined || key < to);
}

function nameOf({ from, to }: KeyRange): ByteString {
  return `${from.length}:${from}${to === undefined ? "" : `-${to}`}`;
}

/** `undefined` is no end. */
function further(a: ByteString | undefined, b: ByteString | undefined): ByteString | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a < b ? b : a;
}

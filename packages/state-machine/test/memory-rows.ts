import type {
  ByteString,
  Row,
  RowAnswer,
  RowNeed,
  RowScan,
  RowWriter,
  Steps,
} from "@holdfast/base";

/** Rows in order of their keys, in memory. */
export class SortedRows {
  readonly #values = new Map<ByteString, Uint8Array>();
  #keys: ByteString[] | undefined = [];

  get size(): number {
    return this.#values.size;
  }

  put(key: ByteString, value: Uint8Array): void {
    if (!this.#values.has(key)) this.#keys = undefined;
    this.#values.set(key, value);
  }

  delete(key: ByteString): void {
    if (this.#values.delete(key)) this.#keys = undefined;
  }

  get(key: ByteString): Uint8Array | undefined {
    return this.#values.get(key);
  }

  scan(scan: RowScan): readonly Row[] {
    const keys = this.#sortedKeys();
    const start = lowerBound(keys, scan.from);
    const end = lowerBound(keys, scan.to);
    const wanted = scan.reverse
      ? keys.slice(Math.max(start, end - scan.limit), end).reverse()
      : keys.slice(start, Math.min(end, start + scan.limit));
    return wanted.map((key) => ({
      key,
      value: scan.keysOnly ? new Uint8Array(0) : (this.#values.get(key) as Uint8Array),
    }));
  }

  all(): readonly Row[] {
    return this.#sortedKeys().map((key) => ({ key, value: this.#values.get(key) as Uint8Array }));
  }

  copy(): SortedRows {
    const copy = new SortedRows();
    for (const { key, value } of this.all()) copy.put(key, value);
    return copy;
  }

  #sortedKeys(): readonly ByteString[] {
    this.#keys ??= [...this.#values.keys()].sort();
    return this.#keys;
  }
}

/** The state of one replica in memory: what the machine wrote, and what of it readers see. */
export class MemoryRows implements RowWriter {
  readonly own: SortedRows;
  readonly published: SortedRows;
  publishes = 0;
  #pending: { readonly key: ByteString; readonly value: Uint8Array | undefined }[] = [];

  constructor(rows: SortedRows = new SortedRows()) {
    this.own = rows.copy();
    this.published = rows.copy();
  }

  put(key: ByteString, value: Uint8Array): void {
    // The contract hands the bytes over; a copy here would hide a writer that goes on changing them.
    this.own.put(key, value);
    this.#pending.push({ key, value });
  }

  delete(key: ByteString): void {
    this.own.delete(key);
    this.#pending.push({ key, value: undefined });
  }

  publish(): void {
    for (const { key, value } of this.#pending) {
      if (value === undefined) this.published.delete(key);
      else this.published.put(key, value);
    }
    this.#pending = [];
    this.publishes += 1;
  }

  /** Runs steps of the machine: they see its unpublished writes. */
  drive<Result>(steps: Steps<Result>): Result {
    return drive(steps, this.own);
  }

  /** Runs steps of a reader: it sees what is published. */
  read<Result>(steps: Steps<Result>): Result {
    return drive(steps, this.published);
  }
}

/** Answers every need from `rows`; `seen` is told of each. */
export function drive<Result>(
  steps: Steps<Result>,
  rows: SortedRows,
  seen: (need: RowNeed) => void = () => undefined,
): Result {
  let answer: RowAnswer;
  while (true) {
    const step = steps.next(answer);
    if (step.done) return step.value;
    seen(step.value);
    answer = answerOf(step.value, rows);
  }
}

function answerOf(need: RowNeed, rows: SortedRows): RowAnswer {
  switch (need.kind) {
    case "rows":
      return need.keys.map((key) => rows.get(key));
    case "scan":
      return rows.scan(need.scan);
    case "pause":
    case "commit":
      return undefined;
  }
}

function lowerBound(keys: readonly ByteString[], key: ByteString): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as ByteString) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

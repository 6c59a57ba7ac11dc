import type { ByteString } from "@holdfast/base";
import { SortedKeys } from "./sorted-keys.ts";
import { SplitMap } from "./split-map.ts";

/** A row as one write left it; `value` undefined is a deletion. */
export interface RowVersion {
  readonly value: Uint8Array | undefined;
  readonly sequence: number;
  /** The version before, kept only while somebody may still read it. */
  previous: RowVersion | undefined;
}

/** Tells whether anybody still reads at a sequence in `[from, below)`. */
export interface Readers {
  readsBetween(from: number, below: number): boolean;
}

/** What a version costs besides key and value: map entry, object, place in the order. */
const VERSION_BYTES = 120;

/**
 * Rows in memory of which several versions may be read. The sequences of
 * writes never fall; a reader at sequence s sees the last write at or below s.
 */
export class VersionedRows {
  readonly #rows = new SplitMap<RowVersion>();
  readonly keys: SortedKeys = new SortedKeys();
  /** An estimate of the memory held. */
  bytes = 0;

  /** Rows, deletions included. */
  get size(): number {
    return this.#rows.size;
  }

  /** The newest version of a row, whoever may see it. */
  newest(key: ByteString): RowVersion | undefined {
    return this.#rows.get(key);
  }

  /** The version that a reader at `sequence` sees. */
  at(key: ByteString, sequence: number): RowVersion | undefined {
    let version = this.#rows.get(key);
    while (version !== undefined && version.sequence > sequence) version = version.previous;
    return version;
  }

  /**
   * Sets a row. The version that was newest stays if its sequence is another: it
   * is what readers see until this one is published.
   */
  set(
    key: ByteString,
    value: Uint8Array | undefined,
    write: { readonly sequence: number; readonly readers: Readers },
  ): void {
    const { sequence, readers } = write;
    const newest = this.#rows.get(key);
    const version: RowVersion = { value, sequence, previous: undefined };
    this.bytes += cost(version);
    if (newest === undefined) {
      this.bytes += key.length;
      this.keys.add(key);
    } else if (newest.sequence === sequence) {
      version.previous = newest.previous;
      this.bytes -= cost(newest);
    } else {
      version.previous = newest;
      const older = newest.previous;
      if (older !== undefined && !readers.readsBetween(older.sequence, newest.sequence)) {
        newest.previous = older.previous;
        this.bytes -= cost(older);
      }
    }
    this.#rows.set(key, version);
  }

  /** Removes a row with all its versions. */
  remove(key: ByteString): void {
    let version = this.#rows.get(key);
    if (version === undefined) return;
    this.#rows.delete(key);
    this.keys.remove(key);
    this.bytes -= key.length;
    for (; version !== undefined; version = version.previous) this.bytes -= cost(version);
  }

  entries(): IterableIterator<[ByteString, RowVersion]> {
    return this.#rows.entries();
  }
}

function cost(version: RowVersion): number {
  return VERSION_BYTES + (version.value?.length ?? 0);
}

import { assert, type ByteString, emptyBytes, type Row, type RowScan } from "@holdfast/base";
import type { Engine, EngineCursor, EngineSnapshot, RowChange } from "../engine.ts";
import { OpenSequences } from "../open-sequences.ts";
import { VersionedRows } from "../versioned-rows.ts";

/** Above every key that rows have. */
const LAST_KEY: ByteString = "\xff".repeat(64);

/**
 * An engine in memory that behaves as the one on disk does: atomic batches,
 * frozen snapshots, ordered scans. Values are copied on the way in, so that a
 * caller who changes them later is not seen.
 */
export class MemoryEngine implements Engine {
  readonly #rows = new VersionedRows();
  readonly #readers = new OpenSequences();
  /** Deleted rows that stay until no snapshot can see what they were. */
  readonly #deleted = new Set<ByteString>();
  #sequence = 0;
  #open = true;

  async writeDurably(changes: Iterable<RowChange>): Promise<void> {
    this.#checkOpen();
    const sequence = this.#sequence + 1;
    for (const { key, value } of changes) {
      this.#rows.set(key, value?.slice(), { sequence, readers: this.#readers });
      if (value === undefined) this.#deleted.add(key);
    }
    this.#sequence = sequence;
    this.#sweep();
  }

  getSync(key: ByteString): Uint8Array | undefined {
    return this.#get(key, this.#sequence);
  }

  async getMany(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]> {
    return keys.map((key) => this.#get(key, this.#sequence));
  }

  async scan(scan: RowScan): Promise<readonly Row[]> {
    return this.#scan(scan, this.#sequence);
  }

  snapshot(): EngineSnapshot {
    this.#checkOpen();
    const sequence = this.#sequence;
    this.#readers.open(sequence);
    let open = true;
    const use = (): number => {
      assert(open, "the snapshot is open");
      return sequence;
    };
    return {
      getSync: (key) => this.#get(key, use()),
      getMany: async (keys) => keys.map((key) => this.#get(key, use())),
      scan: async (scan) => this.#scan(scan, use()),
      cursor: (stepBytes) => this.#cursor(stepBytes, use),
      close: async () => {
        if (!open) return;
        open = false;
        this.#readers.close(sequence);
        this.#sweep();
      },
    };
  }

  async approximateBytes(): Promise<number> {
    return this.#rows.bytes;
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #get(key: ByteString, sequence: number): Uint8Array | undefined {
    this.#checkOpen();
    return this.#rows.at(key, sequence)?.value;
  }

  #scan(scan: RowScan, sequence: number): readonly Row[] {
    this.#checkOpen();
    const { from, to, limit, reverse = false, keysOnly = false } = scan;
    const rows: Row[] = [];
    const cursor = this.#rows.keys.cursor({ from, to, reverse });
    for (; cursor.key !== undefined && rows.length < limit; cursor.next()) {
      const value = this.#rows.at(cursor.key, sequence)?.value;
      if (value !== undefined)
        rows.push({ key: cursor.key, value: keysOnly ? emptyBytes() : value });
    }
    return rows;
  }

  #cursor(stepBytes: number, use: () => number): EngineCursor {
    let from: ByteString = "";
    return {
      next: async () => {
        const sequence = use();
        const rows: Row[] = [];
        let bytes = 0;
        while (bytes < stepBytes) {
          const [row] = this.#scan({ from, to: LAST_KEY, limit: 1 }, sequence);
          if (row === undefined) break;
          rows.push(row);
          bytes += row.key.length + row.value.length;
          from = `${row.key}\0`;
        }
        return rows;
      },
      close: async () => undefined,
    };
  }

  #sweep(): void {
    if (this.#readers.size > 0) return;
    for (const key of this.#deleted) {
      if (this.#rows.newest(key)?.value === undefined) this.#rows.remove(key);
    }
    this.#deleted.clear();
  }

  #checkOpen(): void {
    if (!this.#open) throw new Error("the engine is closed");
  }
}

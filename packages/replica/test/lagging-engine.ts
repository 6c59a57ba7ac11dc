import type { ByteString, Row, RowScan } from "@holdfast/base";
import { type Engine, type EngineSnapshot, MemoryEngine, type RowChange } from "@holdfast/storage";

/** How an engine takes its time. */
export interface Lag {
  /** Called for each read in the event loop: it may move the clock. */
  readInTurn(): void;
  /** Awaited before a read off the event loop answers; what it answers was read before. */
  readElsewhere(): Promise<void>;
}

/** An engine in memory whose reads take as long as a test says. */
export class LaggingEngine implements Engine {
  readonly #rows = new MemoryEngine();
  readonly #lag: Lag;
  readsInTurn = 0;
  rowsReadElsewhere = 0;

  constructor(lag: Lag) {
    this.#lag = lag;
  }

  getSync(key: ByteString): Uint8Array | undefined {
    this.readsInTurn++;
    this.#lag.readInTurn();
    return this.#rows.getSync(key);
  }

  getMany(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#elsewhere(keys.length, this.#rows.getMany(keys));
  }

  scan(scan: RowScan): Promise<readonly Row[]> {
    return this.#elsewhere(0, this.#rows.scan(scan));
  }

  snapshot(): EngineSnapshot {
    const frozen = this.#rows.snapshot();
    return {
      getSync: (key) => {
        this.readsInTurn++;
        this.#lag.readInTurn();
        return frozen.getSync(key);
      },
      getMany: (keys) => this.#elsewhere(keys.length, frozen.getMany(keys)),
      scan: (scan) => this.#elsewhere(0, frozen.scan(scan)),
      cursor: (stepBytes) => frozen.cursor(stepBytes),
      close: () => frozen.close(),
    };
  }

  writeDurably(changes: Iterable<RowChange>): Promise<void> {
    return this.#rows.writeDurably(changes);
  }

  approximateBytes(): Promise<number> {
    return this.#rows.approximateBytes();
  }

  close(): Promise<void> {
    return this.#rows.close();
  }

  async #elsewhere<Result>(rows: number, read: Promise<Result>): Promise<Result> {
    this.rowsReadElsewhere += rows;
    const result = await read;
    await this.#lag.readElsewhere();
    return result;
  }
}

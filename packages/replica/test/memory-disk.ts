import type { ByteString } from "@holdfast/base";
import {
  type Engine,
  type Files,
  MemoryEngine,
  MemoryFiles,
  type RowChange,
} from "@holdfast/storage";

type Rows = Map<ByteString, Uint8Array>;

/** What a store's log and state live on. */
export interface StoreDisk {
  readonly files: Files;
  openEngine(directory: string): Promise<Engine>;
}

/**
 * A disk in memory with files, and engines that are still there when they are opened
 * again. A {@link clone} is what a killed process finds when it starts anew.
 */
export class MemoryDisk implements StoreDisk {
  readonly files: MemoryFiles;
  readonly #engines: Map<string, Rows>;
  /** Engines that are open, by directory. */
  readonly open: Map<string, number> = new Map();
  /** Awaited before each batch of an engine is written. */
  beforeBatch: (directory: string) => Promise<void> = async () => undefined;

  constructor(files: MemoryFiles = new MemoryFiles(), engines: Map<string, Rows> = new Map()) {
    this.files = files;
    this.#engines = engines;
  }

  clone(): MemoryDisk {
    const engines = [...this.#engines].map(([name, rows]) => [name, new Map(rows)] as const);
    return new MemoryDisk(this.files.clone(), new Map(engines));
  }

  async states(): Promise<readonly string[]> {
    const names = await this.files.list("");
    return names.filter((name) => name.startsWith("state.")).sort();
  }

  async openEngine(directory: string): Promise<Engine> {
    const isNew = !(await this.states()).includes(directory);
    const rows: Rows = isNew ? new Map() : (this.#engines.get(directory) ?? new Map());
    this.#engines.set(directory, rows);
    await this.files.makeDirectory(directory);
    const memory = new MemoryEngine();
    await memory.writeDurably([...rows].map(([key, value]) => ({ key, value })));
    this.open.set(directory, (this.open.get(directory) ?? 0) + 1);
    return this.#kept(directory, memory, rows);
  }

  #kept(directory: string, memory: MemoryEngine, rows: Rows): Engine {
    let isOpen = true;
    return {
      writeDurably: async (changes: Iterable<RowChange>) => {
        await this.beforeBatch(directory);
        await memory.writeDurably(changes);
        for (const { key, value } of changes) {
          if (value === undefined) rows.delete(key);
          else rows.set(key, Uint8Array.from(value));
        }
      },
      getSync: (key) => memory.getSync(key),
      getMany: (keys) => memory.getMany(keys),
      scan: (scan) => memory.scan(scan),
      snapshot: () => memory.snapshot(),
      approximateBytes: () => memory.approximateBytes(),
      close: async () => {
        if (isOpen) this.open.set(directory, (this.open.get(directory) ?? 1) - 1);
        isOpen = false;
        await memory.close();
      },
    };
  }
}

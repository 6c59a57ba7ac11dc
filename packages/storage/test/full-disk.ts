import type { ByteString } from "@holdfast/base";
import type { Engine } from "../src/engine.ts";
import { MemoryEngine } from "../src/memory/memory-engine.ts";
import { DiskFullError } from "../src/storage-errors.ts";

/**
 * A disk with an engine on it that behaves as LevelDB does when there is no room: the
 * batch fails, and so do all later ones until the engine is opened anew.
 */
export class FullDisk {
  freeBytes = 100;
  /** What a batch, and opening, need. */
  neededBytes = 10;
  ballastBytes = 0;
  opened = 0;
  /** Awaited when the engine is opened. */
  beforeOpen: () => Promise<void> = async () => undefined;
  readonly #rows = new Map<ByteString, Uint8Array>();

  async open(): Promise<Engine> {
    await this.beforeOpen();
    this.#checkRoom();
    this.opened++;
    const memory = new MemoryEngine();
    await memory.writeDurably([...this.#rows].map(([key, value]) => ({ key, value })));
    let failed = false;
    return {
      writeDurably: async (changes) => {
        failed ||= this.freeBytes < this.neededBytes;
        if (failed) throw full();
        await memory.writeDurably(changes);
        for (const { key, value } of changes) {
          if (value === undefined) this.#rows.delete(key);
          else this.#rows.set(key, value);
        }
      },
      getSync: (key) => memory.getSync(key),
      getMany: (keys) => memory.getMany(keys),
      scan: (scan) => memory.scan(scan),
      snapshot: () => memory.snapshot(),
      approximateBytes: () => memory.approximateBytes(),
      close: () => memory.close(),
    };
  }

  /** Gives the ballast's bytes back. */
  async release(): Promise<boolean> {
    const had = this.ballastBytes > 0;
    this.freeBytes += this.ballastBytes;
    this.ballastBytes = 0;
    return had;
  }

  #checkRoom(): void {
    if (this.freeBytes < this.neededBytes) throw full();
  }
}

function full(): DiskFullError {
  const cause = Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  return new DiskFullError("the state", { cause });
}

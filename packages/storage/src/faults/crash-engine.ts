import { assert, below } from "@holdfast/base";
import type { Engine, RowChange } from "../engine.ts";
import { MemoryEngine } from "../memory/memory-engine.ts";
import type { DiskAccess } from "./disk-access.ts";
import { LoggedRows } from "./logged-rows.ts";

/** Opens the engine in a directory, or makes it, as one process sees and changes it. */
export async function openCrashEngine(disk: DiskAccess, path: string): Promise<Engine> {
  let rows: LoggedRows | undefined;
  await disk.change(() => {
    const directory = disk.root.make(path);
    directory.rows ??= new LoggedRows();
    rows = directory.rows;
    rows.open();
    return undefined;
  });
  assert(rows !== undefined, "an engine has rows");
  const memory = new MemoryEngine();
  await memory.writeDurably([...rows.rows()].map(([key, value]) => ({ key, value })));
  return crashEngine(disk, memory, rows);
}

function crashEngine(disk: DiskAccess, memory: MemoryEngine, rows: LoggedRows): Engine {
  return {
    writeDurably: async (changes: Iterable<RowChange>) => {
      await disk.change(() => {
        rows.append(changes);
        return disk.lies.has("batches") ? undefined : () => rows.sync();
      });
      await memory.writeDurably(changes);
      // As LevelDB does when its memory table is full, and in the background.
      if (below(disk.random, 3) === 0) rows.rotate();
      if (below(disk.random, 6) === 0) rows.compact();
    },
    getSync: (key) => memory.getSync(key),
    getMany: (keys) => memory.getMany(keys),
    scan: (scan) => memory.scan(scan),
    snapshot: () => memory.snapshot(),
    approximateBytes: () => memory.approximateBytes(),
    close: () => memory.close(),
  };
}

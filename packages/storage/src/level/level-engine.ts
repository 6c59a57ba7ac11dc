import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type ByteString,
  emptyBytes,
  fromByteString,
  JobGate,
  type Row,
  type RowScan,
  toByteString,
} from "@holdfast/base";
import { Level } from "level";
import type { Engine, EngineReads, EngineSnapshot, GivenBack, RowChange } from "../engine.ts";
import { unusableState } from "../files/files-unusable.ts";
import { spaceLimitOf } from "../space/space-limit.ts";
import { DirectoryLockedError, DiskFullError, StateDamagedError } from "../storage-errors.ts";
import { levelCursor } from "./level-cursor.ts";
import { checkLevelLogs } from "./level-logs.ts";
import { OpenSnapshots } from "./open-snapshots.ts";

/** How LevelDB is set up below a replica's state. */
export interface LevelEngineOptions {
  /**
   * Memory for blocks read from disk, in bytes. Point reads of rows that are in it
   * take a few microseconds.
   *
   * @default 32 MiB
   */
  readonly cacheSize?: number;
  /**
   * LevelDB's own log and memory table, in bytes; up to two are held. Larger ones
   * mean fewer, longer compactions and a slower start. Four flushes of the overlay
   * fit into the default.
   *
   * @default 16 MiB
   */
  readonly writeBufferSize?: number;
  /**
   * Snappy. On: blocks of keys with long common parts and JSON values shrink to
   * less than half, which saves more reads than it costs on CPU that the thread
   * pool has.
   *
   * @default true
   */
  readonly compression?: boolean;
  /**
   * Jobs in libuv's thread pool at a time: its size less two, so that a write of
   * the log never waits behind LevelDB (decision 13).
   *
   * @default 2, for Node's default pool of 4
   */
  readonly jobsMax?: number;
}

const MIB = 1024 * 1024;
const JOBS_MAX = 2;
/** A batch is handed to LevelDB in slices of this many rows, so that a large one does not hold the event loop. */
const BATCH_SLICE_ROWS = 1_000;
/** A scan takes this many rows from its iterator at a time. */
const SCAN_STEP_ROWS = 1_000;
const BINARY = { keyEncoding: "buffer", valueEncoding: "buffer" } as const;
/** Names no directory entry, so the whole key space lies between the empty key and this. */
const LAST_KEY = Buffer.alloc(64, 255);

type Database = Level<Buffer, Buffer>;
type Snapshot = ReturnType<Database["snapshot"]>;

/**
 * Opens or creates a LevelDB directory, and with it takes the directory's lock.
 *
 * @throws {DirectoryLockedError} if another process has it.
 * @throws {StateDamagedError} if LevelDB finds its files damaged.
 * @throws {FilesUnusableError} if it cannot open them for another reason.
 */
export async function openLevelEngine(
  directory: string,
  options: LevelEngineOptions = {},
): Promise<Engine> {
  // Made, a database opens by itself.
  await checkLevelLogs(directory).catch((failure: unknown) => {
    throw namedOfOpening(failure, directory);
  });
  const database: Database = new Level<Buffer, Buffer>(directory, {
    ...BINARY,
    cacheSize: options.cacheSize ?? 32 * MIB,
    writeBufferSize: options.writeBufferSize ?? 16 * MIB,
    compression: options.compression ?? true,
  });
  try {
    await database.open();
  } catch (failure) {
    throw namedOfOpening(failure, directory);
  }
  return new LevelEngine(database, directory, new JobGate(options.jobsMax ?? JOBS_MAX));
}

/** Reads from the database as it is, or as a snapshot holds it. */
class LevelReads implements EngineReads {
  protected readonly database: Database;
  protected readonly directory: string;
  protected readonly gate: JobGate;
  readonly #at: { readonly snapshot?: Snapshot };

  constructor(database: Database, directory: string, gate: JobGate, snapshot?: Snapshot) {
    this.database = database;
    this.directory = directory;
    this.gate = gate;
    this.#at = snapshot === undefined ? {} : { snapshot };
  }

  getSync(key: ByteString): Uint8Array | undefined {
    try {
      return this.database.getSync(toBuffer(key), this.#at);
    } catch (failure) {
      throw named(failure, this.directory);
    }
  }

  async getMany(keys: readonly ByteString[]): Promise<readonly (Uint8Array | undefined)[]> {
    try {
      return await this.gate.run(() => this.database.getMany(keys.map(toBuffer), this.#at));
    } catch (failure) {
      throw named(failure, this.directory);
    }
  }

  async scan(scan: RowScan): Promise<readonly Row[]> {
    if (scan.from >= scan.to || scan.limit <= 0) return [];
    const { keysOnly = false } = scan;
    const iterator = this.database.iterator({
      gte: toBuffer(scan.from),
      lt: toBuffer(scan.to),
      limit: Number.isFinite(scan.limit) ? scan.limit : -1,
      reverse: scan.reverse ?? false,
      values: !keysOnly,
      ...this.#at,
    });
    const rows: Row[] = [];
    try {
      for (;;) {
        const most = Math.min(SCAN_STEP_ROWS, scan.limit - rows.length);
        const step = await this.gate.run(() => iterator.nextv(most));
        for (const [key, value] of step) {
          rows.push({ key: toByteString(key), value: keysOnly ? emptyBytes() : value });
        }
        if (step.length === 0 || rows.length >= scan.limit) return rows;
      }
    } catch (failure) {
      throw named(failure, this.directory);
    } finally {
      await iterator.close();
    }
  }
}

class LevelEngine extends LevelReads implements Engine {
  /** Of the batch that failed: none comes behind it. */
  #failure: unknown;
  readonly #snapshots = new OpenSnapshots();

  /**
   * After a failed batch LevelDB's log may end in half a record. LevelDB goes on writing behind it,
   * says that this is durable, and does not find it when it is opened again: so no batch
   * follows a failed one.
   */
  async writeDurably(changes: Iterable<RowChange>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const batch = this.database.batch();
    let deletes = false;
    try {
      let left = BATCH_SLICE_ROWS;
      for (const { key, value } of changes) {
        deletes ||= value === undefined;
        if (value === undefined) batch.del(toBuffer(key));
        else batch.put(toBuffer(key), asBuffer(value));
        if (--left > 0) continue;
        await new Promise(setImmediate);
        left = BATCH_SLICE_ROWS;
      }
      await this.gate.run(() => batch.write({ sync: true }));
      if (deletes) this.#snapshots.deleted();
    } catch (failure) {
      await batch.close();
      this.#failure = named(failure, this.directory);
      throw this.#failure;
    }
  }

  snapshot(): EngineSnapshot {
    const { database, gate, directory } = this;
    const snapshot = database.snapshot();
    const closed = this.#snapshots.taken();
    const reads = new LevelReads(database, directory, gate, snapshot);
    const at = (failure: unknown): unknown => named(failure, directory);
    return {
      getSync: (key) => reads.getSync(key),
      getMany: (keys) => reads.getMany(keys),
      scan: (scan) => reads.scan(scan),
      cursor: (stepBytes) => levelCursor({ database, gate, snapshot, stepBytes, named: at }),
      close: async () => {
        await snapshot.close();
        closed();
      },
    };
  }

  /** The tables by LevelDB's own estimate, and its logs, which hold what is in no table yet. */
  async approximateBytes(): Promise<number> {
    const database = this.database as unknown as {
      approximateSize(from: Buffer, to: Buffer): Promise<number>;
    };
    const tables = this.gate.run(() => database.approximateSize(Buffer.alloc(0), LAST_KEY));
    return (await tables) + (await this.gate.run(() => logBytes(this.directory)));
  }

  /** One job waits for all of it; LevelDB compacts level by level in a thread of its own. */
  async giveBack(): Promise<GivenBack> {
    const database = this.database as unknown as {
      compactRange(from: Buffer, to: Buffer): Promise<void>;
    };
    const heldUntil = this.#snapshots.holding();
    await this.gate.run(() => database.compactRange(Buffer.alloc(0), LAST_KEY));
    return { heldUntil };
  }

  async close(): Promise<void> {
    await this.database.close();
    this.#snapshots.closeAll();
  }
}

async function logBytes(directory: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".log"));
  // One may be gone by now; then a table holds its rows.
  const sizes = names.map((name) =>
    stat(join(directory, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function toBuffer(key: ByteString): Buffer {
  return asBuffer(fromByteString(key));
}

/** The same memory, seen as the Buffer that LevelDB's binding wants. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** LevelDB tells what happened by code where it can, and by its message where it cannot. */
function named(failure: unknown, directory: string): unknown {
  const causes = causesOf(failure);
  const has = (test: (cause: CodedError) => boolean): boolean => causes.some(test);
  if (has(({ code }) => code === "LEVEL_LOCKED")) {
    return new DirectoryLockedError(directory, { cause: failure });
  }
  if (spaceLimitOf(failure) !== undefined) return new DiskFullError(directory, { cause: failure });
  if (has(({ code, message }) => code === "LEVEL_CORRUPTION" || /^corruption/i.test(message))) {
    return new StateDamagedError(directory, { cause: failure });
  }
  // So it tells, too, of a place in a table that lies beyond its end.
  if (has(({ code, message }) => code === "LEVEL_IO_ERROR" || /^io error/i.test(message))) {
    return unusableState(failure, directory);
  }
  return failure;
}

/** Whoever starts a node reads this, and has to know where to look. */
function namedOfOpening(failure: unknown, directory: string): unknown {
  const known = named(failure, directory);
  return known === failure ? unusableState(failure, directory) : known;
}

type CodedError = Error & { readonly code?: unknown };

function causesOf(failure: unknown): readonly CodedError[] {
  const causes: CodedError[] = [];
  for (let cause = failure; cause instanceof Error; cause = cause.cause) causes.push(cause);
  return causes;
}

import * as fs from "node:fs";
import { mkdir, readdir, rename, rm, statfs, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Files, OpenOptions, StoreFile } from "../files.ts";
import { spaceLimitOf } from "../space/space-limit.ts";
import { DiskFullError } from "../storage-errors.ts";
import { namedIfUnusable } from "./files-unusable.ts";

/** `O_DSYNC` where writes honour it by themselves; elsewhere a sync follows each write (decision 6). */
const WRITE_THROUGH = process.platform === "linux" ? fs.constants.O_DSYNC : 0;

/**
 * The real file system below `rootDirectory`.
 *
 * Reads and writes use the callback interface of `node:fs`, which is measurably
 * faster than its promises. No room, of whatever kind, rejects with {@link DiskFullError}.
 */
export function nodeFiles(rootDirectory: string): Files {
  const at = (path: string): string => join(rootDirectory, path);
  return {
    durability:
      WRITE_THROUGH === 0
        ? `write + fdatasync${process.platform === "darwin" ? " (F_FULLFSYNC)" : ""}`
        : "O_DSYNC",
    list: (directory) =>
      readdir(at(directory)).catch((cause) => emptyIfMissing(cause, at(directory))),
    makeDirectory: async (directory) => {
      await mkdir(at(directory), { recursive: true }).catch((cause) => fail(cause, at(directory)));
    },
    open: (path, options) => openNodeFile(at(path), options),
    rename: (from, to) => rename(at(from), at(to)).catch((cause) => fail(cause, to)),
    unlink: (path) => unlink(at(path)).catch(ignoreMissing),
    removeDirectory: (directory) => rm(at(directory), { recursive: true, force: true }),
    syncDirectory: (directory) => syncDirectory(at(directory)),
    freeBytes: async () => {
      const space = await statfs(rootDirectory).catch(() => undefined);
      return space === undefined ? undefined : space.bavail * space.bsize;
    },
  };
}

async function openNodeFile(path: string, options: OpenOptions): Promise<StoreFile> {
  const through = options.durableWrites ? WRITE_THROUGH : 0;
  const flags = fs.constants.O_RDWR | (options.create ? fs.constants.O_CREAT : 0) | through;
  const descriptor = await new Promise<number>((resolve, reject) => {
    fs.open(path, flags, 0o640, (cause, opened) =>
      cause === null ? resolve(opened) : reject(named(cause, path)),
    );
  });
  return new NodeFile(path, descriptor, options.durableWrites && through === 0);
}

class NodeFile implements StoreFile {
  readonly name: string;
  readonly #descriptor: number;
  readonly #syncAfterWrite: boolean;
  #closing: Promise<void> | undefined;

  constructor(path: string, descriptor: number, syncAfterWrite: boolean) {
    this.name = path;
    this.#descriptor = descriptor;
    this.#syncAfterWrite = syncAfterWrite;
  }

  async size(): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.fstat(this.#descriptor, (cause, stats) =>
        cause === null ? resolve(stats.size) : reject(named(cause, this.name)),
      );
    });
  }

  async readAt(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const read = await this.#readOnce(bytes, filled, offset + filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  }

  async writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      written += await this.#writeOnce(bytes, written, offset + written);
    }
    if (this.#syncAfterWrite) await this.sync();
  }

  truncate(size: number): Promise<void> {
    return this.#settle((done) => fs.ftruncate(this.#descriptor, size, done));
  }

  sync(): Promise<void> {
    // libuv turns fsync into F_FULLFSYNC on macOS; fdatasync there would not reach the platter.
    const sync = process.platform === "darwin" ? fs.fsync : fs.fdatasync;
    return this.#settle((done) => sync(this.#descriptor, done));
  }

  close(): Promise<void> {
    this.#closing ??= this.#settle((done) => fs.close(this.#descriptor, done));
    return this.#closing;
  }

  #readOnce(bytes: Uint8Array, from: number, offset: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.#descriptor, bytes, from, bytes.length - from, offset, (cause, read) =>
        cause === null ? resolve(read) : reject(named(cause, this.name)),
      );
    });
  }

  #writeOnce(bytes: Uint8Array, from: number, offset: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.write(this.#descriptor, bytes, from, bytes.length - from, offset, (cause, written) =>
        cause === null ? resolve(written) : reject(named(cause, this.name)),
      );
    });
  }

  #settle(start: (done: (cause: NodeJS.ErrnoException | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      start((cause) => (cause ? reject(named(cause, this.name)) : resolve()));
    });
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await new Promise<number>((resolve, reject) => {
    fs.open(path, fs.constants.O_RDONLY, (cause, opened) =>
      cause === null ? resolve(opened) : reject(named(cause, path)),
    );
  });
  const file = new NodeFile(path, directory, false);
  try {
    await new Promise<void>((resolve, reject) => {
      fs.fsync(directory, (cause) => (cause ? reject(named(cause, path)) : resolve()));
    });
  } finally {
    await file.close();
  }
}

function named(cause: NodeJS.ErrnoException, path: string): unknown {
  return spaceLimitOf(cause) === undefined
    ? namedIfUnusable(cause, path)
    : new DiskFullError(path, { cause });
}

function fail(cause: NodeJS.ErrnoException, path: string): never {
  throw named(cause, path);
}

function emptyIfMissing(cause: NodeJS.ErrnoException, path: string): readonly string[] {
  if (cause.code === "ENOENT") return [];
  throw named(cause, path);
}

function ignoreMissing(cause: NodeJS.ErrnoException): void {
  if (cause.code !== "ENOENT") throw cause;
}

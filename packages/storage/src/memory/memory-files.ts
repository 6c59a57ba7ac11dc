import type { Files, OpenOptions, StoreFile } from "../files.ts";
import { DiskFullError } from "../storage-errors.ts";

/**
 * Files in memory, for tests and for embedding without a disk.
 *
 * Whole states can be copied with {@link clone}, and bytes taken and replaced, so
 * that a test can cut, flip and tear what was written. With a capacity they can be
 * full like a disk.
 */
export class MemoryFiles implements Files {
  readonly durability: string = "memory";
  readonly #files = new Map<string, MemoryContent>();
  readonly #directories = new Set<string>([""]);
  /** What all files together may hold, bytes; a test may change it at any time. `undefined`: no limit. */
  capacityBytes: number | undefined;

  constructor(options: { readonly capacityBytes?: number } = {}) {
    this.capacityBytes = options.capacityBytes;
  }

  /** A second, independent set of files with the same content. */
  clone(): MemoryFiles {
    const copy = new MemoryFiles();
    copy.capacityBytes = this.capacityBytes;
    for (const directory of this.#directories) copy.#directories.add(directory);
    for (const [path, content] of this.#files) copy.#files.set(path, content.clone());
    return copy;
  }

  /** The paths of all files, sorted. */
  paths(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  /** A copy of a file's bytes. */
  bytes(path: string): Uint8Array {
    return this.#content(path).read(0, Number.POSITIVE_INFINITY);
  }

  /** Replaces a file's bytes, or makes the file. */
  replace(path: string, bytes: Uint8Array): void {
    const content = new MemoryContent();
    content.write(0, bytes);
    this.#directories.add(parentOf(path));
    this.#files.set(path, content);
  }

  async list(directory: string): Promise<readonly string[]> {
    const prefix = directory === "" ? "" : `${directory}/`;
    const names = new Set<string>();
    for (const path of [...this.#files.keys(), ...this.#directories]) {
      if (path === "" || !path.startsWith(prefix) || path.length === prefix.length) continue;
      names.add(path.slice(prefix.length).split("/")[0] ?? "");
    }
    return [...names];
  }

  async makeDirectory(directory: string): Promise<void> {
    const parts = directory.split("/");
    for (let depth = 1; depth <= parts.length; depth++) {
      this.#directories.add(parts.slice(0, depth).join("/"));
    }
  }

  async open(path: string, options: OpenOptions): Promise<StoreFile> {
    if (options.create && !this.#files.has(path)) {
      if (!this.#directories.has(parentOf(path))) throw missing(parentOf(path));
      this.#files.set(path, new MemoryContent());
    }
    return new MemoryFile(path, this.#content(path), (grownBy) => this.#checkRoom(path, grownBy));
  }

  async rename(from: string, to: string): Promise<void> {
    const content = this.#content(from);
    this.#files.delete(from);
    this.#files.set(to, content);
  }

  async unlink(path: string): Promise<void> {
    this.#files.delete(path);
  }

  async removeDirectory(directory: string): Promise<void> {
    const prefix = `${directory}/`;
    for (const path of [...this.#files.keys()]) {
      if (path.startsWith(prefix)) this.#files.delete(path);
    }
    for (const path of [...this.#directories]) {
      if (path === directory || path.startsWith(prefix)) this.#directories.delete(path);
    }
  }

  async syncDirectory(directory: string): Promise<void> {
    if (!this.#directories.has(directory)) throw missing(directory);
  }

  async freeBytes(): Promise<number | undefined> {
    return this.capacityBytes === undefined
      ? undefined
      : Math.max(0, this.capacityBytes - this.#usedBytes());
  }

  #usedBytes(): number {
    let used = 0;
    for (const { size } of this.#files.values()) used += size;
    return used;
  }

  #checkRoom(path: string, grownBy: number): void {
    if (grownBy <= 0 || this.capacityBytes === undefined) return;
    if (this.#usedBytes() + grownBy <= this.capacityBytes) return;
    throw new DiskFullError(path, { cause: Object.assign(new Error(path), { code: "ENOSPC" }) });
  }

  #content(path: string): MemoryContent {
    const content = this.#files.get(path);
    if (content === undefined) throw missing(path);
    return content;
  }
}

class MemoryContent {
  #bytes = new Uint8Array(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  clone(): MemoryContent {
    const copy = new MemoryContent();
    copy.write(0, this.#bytes.subarray(0, this.#size));
    return copy;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#bytes.slice(offset, Math.max(offset, Math.min(this.#size, offset + length)));
  }

  write(offset: number, bytes: Uint8Array): void {
    this.resize(Math.max(this.#size, offset + bytes.length));
    this.#bytes.set(bytes, offset);
  }

  resize(size: number): void {
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, Math.min(this.#bytes.length * 2, size * 2)));
      grown.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = grown;
    }
    this.#size = size;
  }
}

class MemoryFile implements StoreFile {
  readonly name: string;
  readonly #content: MemoryContent;
  readonly #checkRoom: (grownBy: number) => void;
  #open = true;

  constructor(name: string, content: MemoryContent, checkRoom: (grownBy: number) => void) {
    this.name = name;
    this.#content = content;
    this.#checkRoom = checkRoom;
  }

  async size(): Promise<number> {
    return this.#opened().size;
  }

  async readAt(offset: number, length: number): Promise<Uint8Array> {
    return this.#opened().read(offset, length);
  }

  async writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    const content = this.#opened();
    this.#checkRoom(offset + bytes.length - content.size);
    content.write(offset, bytes);
  }

  async truncate(size: number): Promise<void> {
    this.#opened().resize(size);
  }

  async sync(): Promise<void> {
    this.#opened();
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #opened(): MemoryContent {
    if (!this.#open) throw new Error("the file is closed");
    return this.#content;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function missing(path: string): Error {
  return new Error(`${path} does not exist`);
}

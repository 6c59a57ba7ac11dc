import type { Files, OpenOptions, StoreFile } from "../src/files.ts";

/** A change that is about to be made. */
export type FileChange =
  | {
      readonly kind: "write";
      readonly path: string;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "create" | "rename" | "unlink" | "sync" | "truncate"; readonly path: string };

/** Files that tell of each change before it is made; the listener may throw instead of it. */
export class WatchedFiles implements Files {
  readonly #files: Files;
  readonly #before: (change: FileChange) => void;

  constructor(files: Files, before: (change: FileChange) => void) {
    this.#files = files;
    this.#before = before;
  }

  get durability(): string {
    return this.#files.durability;
  }

  list(directory: string): Promise<readonly string[]> {
    return this.#files.list(directory);
  }

  makeDirectory(directory: string): Promise<void> {
    return this.#files.makeDirectory(directory);
  }

  async open(path: string, options: OpenOptions): Promise<StoreFile> {
    if (options.create) this.#before({ kind: "create", path });
    const file = await this.#files.open(path, options);
    const before = this.#before;
    return {
      name: file.name,
      size: () => file.size(),
      readAt: (offset, length) => file.readAt(offset, length),
      async writeAt(offset, bytes) {
        before({ kind: "write", path, offset, bytes });
        await file.writeAt(offset, bytes);
      },
      async truncate(size) {
        before({ kind: "truncate", path });
        await file.truncate(size);
      },
      async sync() {
        before({ kind: "sync", path });
        await file.sync();
      },
      close: () => file.close(),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#before({ kind: "rename", path: from });
    await this.#files.rename(from, to);
  }

  async unlink(path: string): Promise<void> {
    this.#before({ kind: "unlink", path });
    await this.#files.unlink(path);
  }

  removeDirectory(directory: string): Promise<void> {
    return this.#files.removeDirectory(directory);
  }

  async syncDirectory(directory: string): Promise<void> {
    this.#before({ kind: "sync", path: directory });
    await this.#files.syncDirectory(directory);
  }

  freeBytes(): Promise<number | undefined> {
    return this.#files.freeBytes();
  }
}

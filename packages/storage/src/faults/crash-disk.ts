import { assert, below, type Random } from "@holdfast/base";
import type { Engine, RowChange } from "../engine.ts";
import type { Files, OpenOptions, StoreFile } from "../files.ts";
import { MemoryEngine } from "../memory/memory-engine.ts";
import { CrashDirectory } from "./crash-directory.ts";
import { LoggedRows } from "./logged-rows.ts";
import { TornContent } from "./torn-content.ts";

/** A killed process leaves what it wrote; a power cut only what was made durable, and sectors of the rest. */
export type Crash = "kill" | "power cut";

/**
 * What a disk may claim to have made durable while it keeps it in a cache: durable writes,
 * synced files, synced directories, an engine's batches.
 */
export type Lie = "writes" | "files" | "directories" | "batches";

export interface CrashDiskOptions {
  readonly random: Random;
  /** @default none */
  readonly lies?: readonly Lie[];
}

/** What a process has of a disk until the next crash. */
export interface Boot {
  readonly files: Files;
  openEngine(directory: string): Promise<Engine>;
}

/** A change failed, as one does on a bad disk: what came of it is open until something else makes it durable. */
export class DiskError extends Error {
  override readonly name = "DiskError";
  readonly code = "EIO";
}

/** The process that asks is dead. */
export class CrashedError extends Error {
  override readonly name = "CrashedError";
}

/** An operation takes up to so many turns of the microtask queue, so that others come between. */
const HOPS = 4;

/**
 * A disk with files and engines that a test stops where it likes, in the midst of any change,
 * and starts again. For tests only: production never imports it.
 *
 * One process uses it at a time: {@link boot} begins its life, {@link crash} or the change
 * chosen by {@link crashAt} ends it, and whatever it still does then rejects.
 */
export class CrashDisk {
  readonly #random: Random;
  readonly #lies: ReadonlySet<Lie>;
  #root = new CrashDirectory();
  #life = 0;
  #isUp = false;
  #operations = 0;
  #failing: number | undefined;
  #due: { readonly operation: number; readonly crash: Crash } | undefined;

  constructor({ random, lies = [] }: CrashDiskOptions) {
    this.#random = random;
    this.#lies = new Set(lies);
  }

  /** Changes begun since the disk was made. */
  get operations(): number {
    return this.#operations;
  }

  /** Whether the process of the last {@link boot} is alive. */
  get isUp(): boolean {
    return this.#isUp;
  }

  boot(): Boot {
    this.#life++;
    this.#isUp = true;
    const life = this.#life;
    return {
      files: this.#files(life),
      openEngine: (directory) => this.#openEngine(life, directory),
    };
  }

  /** Has the process crash in the midst of the change that comes after `more` others. */
  crashAt(more: number, crash: Crash): void {
    this.#due = { operation: this.#operations + more, crash };
  }

  /** Has the change that comes after `more` others fail, in this life of the process. */
  failAt(more: number): void {
    this.#failing = this.#operations + more;
  }

  crash(crash: Crash): void {
    this.#isUp = false;
    this.#due = undefined;
    this.#failing = undefined;
    if (crash === "power cut") this.#root = this.#root.afterPowerCut(this.#random);
  }

  #check(life: number): void {
    if (life !== this.#life || !this.#isUp) throw new CrashedError("the process is dead");
  }

  /**
   * One change: `begin` is seen at once and may arrive in part, `settle` makes it durable.
   * A crash may come between, by this change or by another.
   */
  async #change(life: number, begin: () => () => void): Promise<void> {
    this.#check(life);
    const operation = this.#operations++;
    const settle = begin();
    for (let hops = below(this.#random, HOPS); hops > 0; hops--) await Promise.resolve();
    if (operation === this.#due?.operation) this.crash(this.#due.crash);
    this.#check(life);
    if (operation === this.#failing) throw new DiskError("input/output error");
    settle();
  }

  #directory(path: string): CrashDirectory {
    let directory = this.#root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      const next = directory.get(name);
      if (!(next instanceof CrashDirectory)) throw missing(path);
      directory = next;
    }
    return directory;
  }

  #makeDirectory(path: string): void {
    let directory = this.#root;
    for (const name of path.split("/")) {
      let next = directory.get(name);
      if (next === undefined) {
        next = new CrashDirectory();
        directory.change([[name, next]]);
      }
      if (!(next instanceof CrashDirectory)) throw new Error(`${path} is a file`);
      directory = next;
    }
  }

  #files(life: number): Files {
    const change = (begin: () => (() => void) | undefined): Promise<void> =>
      this.#change(life, () => begin() ?? nothing);
    const place = (path: string) => {
      const at = path.lastIndexOf("/");
      const directory = this.#directory(path.slice(0, Math.max(0, at)));
      return { directory, name: path.slice(at + 1) };
    };
    return {
      durability: "simulated",
      list: async (path) => {
        this.#check(life);
        return this.#exists(path) ? this.#directory(path).names() : [];
      },
      makeDirectory: (path) => change(() => void this.#makeDirectory(path)),
      open: async (path, options) => this.#open(life, path, { ...place(path), options }),
      rename: (from, to) =>
        change(() => {
          const [source, target] = [place(from), place(to)];
          assert(source.directory === target.directory, "files stay in their directory");
          const node = source.directory.get(source.name);
          if (node === undefined) throw missing(from);
          source.directory.change([
            [source.name, undefined],
            [target.name, node],
          ]);
        }),
      unlink: (path) =>
        change(() => {
          const { directory, name } = place(path);
          if (directory.get(name) !== undefined) directory.change([[name, undefined]]);
        }),
      removeDirectory: (path) =>
        change(() => {
          const { directory, name } = place(path);
          if (directory.get(name) !== undefined) directory.change([[name, undefined]]);
        }),
      syncDirectory: (path) =>
        change(() => {
          const directory = this.#directory(path);
          const { changes } = directory;
          return this.#lies.has("directories") ? undefined : () => directory.settle(changes);
        }),
      freeBytes: async () => undefined,
    };
  }

  #exists(path: string): boolean {
    let node: ReturnType<CrashDirectory["get"]> = this.#root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      node = node instanceof CrashDirectory ? node.get(name) : undefined;
    }
    return node instanceof CrashDirectory;
  }

  async #open(
    life: number,
    path: string,
    at: {
      readonly directory: CrashDirectory;
      readonly name: string;
      readonly options: OpenOptions;
    },
  ): Promise<StoreFile> {
    const { directory, name, options } = at;
    if (options.create && directory.get(name) === undefined) {
      await this.#change(life, () => {
        directory.change([[name, new TornContent()]]);
        return nothing;
      });
    }
    this.#check(life);
    const content = directory.get(name);
    if (!(content instanceof TornContent)) throw missing(path);
    return this.#file(life, { path, content, isDurable: options.durableWrites });
  }

  #file(
    life: number,
    file: { readonly path: string; readonly content: TornContent; readonly isDurable: boolean },
  ): StoreFile {
    const { path, content } = file;
    let isOpen = true;
    const check = (): void => {
      this.#check(life);
      if (!isOpen) throw new Error("the file is closed");
    };
    const change = (begin: () => (() => void) | undefined): Promise<void> => {
      check();
      return this.#change(life, () => begin() ?? nothing);
    };
    return {
      name: path,
      size: async () => {
        check();
        return content.size;
      },
      readAt: async (offset, length) => {
        check();
        return content.read(offset, length);
      },
      writeAt: async (offset, bytes) =>
        change(() => {
          const number = content.write(offset, bytes);
          if (!file.isDurable || this.#lies.has("writes")) return undefined;
          return () => content.settle(number, offset, offset + bytes.length);
        }),
      truncate: async (size) => change(() => void content.resize(size)),
      sync: async () =>
        change(() => {
          const { changes } = content;
          return this.#lies.has("files") ? undefined : () => content.settle(changes);
        }),
      close: async () => {
        isOpen = false;
      },
    };
  }

  async #openEngine(life: number, path: string): Promise<Engine> {
    await this.#change(life, () => {
      if (!this.#exists(path)) this.#makeDirectory(path);
      const directory = this.#directory(path);
      directory.rows ??= new LoggedRows();
      directory.rows.open();
      return nothing;
    });
    const { rows } = this.#directory(path);
    assert(rows !== undefined, "an engine has rows");
    const memory = new MemoryEngine();
    await memory.writeDurably([...rows.rows()].map(([key, value]) => ({ key, value })));
    return this.#engine(life, memory, rows);
  }

  #engine(life: number, memory: MemoryEngine, rows: LoggedRows): Engine {
    return {
      writeDurably: async (changes: readonly RowChange[]) => {
        await this.#change(life, () => {
          rows.append(changes);
          return () => {
            if (!this.#lies.has("batches")) rows.sync();
          };
        });
        await memory.writeDurably(changes);
        if (below(this.#random, 3) === 0) rows.rotate();
        if (below(this.#random, 6) === 0) rows.compact();
      },
      getSync: (key) => memory.getSync(key),
      getMany: (keys) => memory.getMany(keys),
      scan: (scan) => memory.scan(scan),
      snapshot: () => memory.snapshot(),
      approximateBytes: () => memory.approximateBytes(),
      close: () => memory.close(),
    };
  }
}

function nothing(): void {
  // Some changes become durable only by another: a sync.
}

function missing(path: string): Error {
  return new Error(`${path} does not exist`);
}

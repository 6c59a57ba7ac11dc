import { below, type Random } from "@holdfast/base";
import type { Engine } from "../engine.ts";
import type { Files } from "../files.ts";
import { CrashDirectory } from "./crash-directory.ts";
import { openCrashEngine } from "./crash-engine.ts";
import { crashFiles } from "./crash-files.ts";
import type { DiskAccess, Lie } from "./disk-access.ts";

/** A killed process leaves what it wrote; a power cut only what was made durable, and sectors of the rest. */
export type Crash = "kill" | "power cut";

/** What a change is of: files, or the rows of an engine. */
export type Changed = "files" | "rows";

export interface CrashDiskOptions {
  readonly random: Random;
  /** @default none */
  readonly lies?: readonly Lie[];
  /**
   * Between the moment at which a change is seen and that at which it is durable.
   *
   * @default a few turns of the microtask queue, so that others come between
   */
  readonly takeTime?: (of: Changed) => Promise<void>;
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
  readonly #takeTime: (of: Changed) => Promise<void>;
  #root = new CrashDirectory();
  #life = 0;
  #isUp = false;
  #operations = 0;
  #failing: number | undefined;
  #due: { readonly operation: number; readonly crash: Crash } | undefined;

  constructor({ random, lies = [], takeTime = () => hop(random) }: CrashDiskOptions) {
    this.#random = random;
    this.#lies = new Set(lies);
    this.#takeTime = takeTime;
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
    const access = (of: Changed): DiskAccess => ({
      root: this.#root,
      random: this.#random,
      lies: this.#lies,
      check: () => this.#check(life),
      change: (begin) => this.#change(life, of, begin),
    });
    return {
      files: crashFiles(access("files")),
      openEngine: (directory) => openCrashEngine(access("rows"), directory),
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

  async #change(life: number, of: Changed, begin: () => (() => void) | undefined): Promise<void> {
    this.#check(life);
    const operation = this.#operations++;
    const settle = begin();
    await this.#takeTime(of);
    if (operation === this.#due?.operation) this.crash(this.#due.crash);
    this.#check(life);
    if (operation === this.#failing) throw new DiskError("input/output error");
    settle?.();
  }
}

async function hop(random: Random): Promise<void> {
  for (let hops = below(random, HOPS); hops > 0; hops--) await Promise.resolve();
}

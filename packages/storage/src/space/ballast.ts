import { type Logger, messageOf } from "@holdfast/base";
import type { Files, StoreFile } from "../files.ts";

export interface BallastOptions {
  readonly files: Files;
  readonly logger: Logger;
  /** @default BALLAST_BYTES */
  readonly bytes?: number;
}

/** Enough for LevelDB to open (its log becomes a table, at most its write buffer) and for some batches. */
export const BALLAST_BYTES: number = 32 * 1024 * 1024;
export const BALLAST_PATH = "ballast";

const PIECE_BYTES = 1024 * 1024;
const SYNC_PIECES = 4;
/** After a failed attempt, which has written much for nothing, so many calls of `make` do nothing. */
const MAKE_PAUSE_CALLS = 256;

/**
 * A file that is kept only to be thrown overboard: when the disk is full, its bytes are
 * what LevelDB needs to get going again (decision 14).
 */
export class Ballast {
  readonly bytes: number;
  readonly #files: Files;
  readonly #logger: Logger;
  #isThere = false;
  #making: Promise<void> | undefined;
  #isNeeded = false;
  #failed = false;
  #callsToSkip = 0;

  private constructor({ files, logger, bytes = BALLAST_BYTES }: BallastOptions) {
    this.bytes = bytes;
    this.#files = files;
    this.#logger = logger;
  }

  /** Takes note of what is there; half of a ballast is removed. */
  static async open(options: BallastOptions): Promise<Ballast> {
    const ballast = new Ballast(options);
    await ballast.#find();
    return ballast;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** Makes it in the background, unless it is there. The caller has seen that there is room. */
  make(): void {
    if (this.#isThere || this.#making !== undefined || this.#isNeeded) return;
    if (this.#callsToSkip-- > 0) return;
    this.#making = this.#make()
      .catch((failure: unknown) => this.#notMade(failure))
      .finally(() => {
        this.#making = undefined;
      });
  }

  /** Gives its bytes back to the disk; false: there was none. */
  async release(): Promise<boolean> {
    this.#isNeeded = true;
    try {
      await this.#making;
      if (!this.#isThere) return false;
      await this.#files.unlink(BALLAST_PATH);
      await this.#files.syncDirectory("");
      this.#isThere = false;
      return true;
    } finally {
      this.#isNeeded = false;
    }
  }

  /** Resolves when it is not being made any more. */
  async idle(): Promise<void> {
    await this.#making;
  }

  async #find(): Promise<void> {
    if (!(await this.#files.list("")).includes(BALLAST_PATH)) return;
    const file = await this.#files.open(BALLAST_PATH, { create: false, durableWrites: false });
    const size = await file.size();
    await file.close();
    this.#isThere = size === this.bytes;
    if (!this.#isThere) await this.#files.unlink(BALLAST_PATH);
  }

  async #make(): Promise<void> {
    const file = await this.#files.open(BALLAST_PATH, { create: true, durableWrites: false });
    try {
      await this.#fill(file);
    } finally {
      await file.close();
    }
    await this.#files.syncDirectory("");
    this.#isThere = true;
    this.#failed = false;
  }

  async #fill(file: StoreFile): Promise<void> {
    const piece = incompressible(PIECE_BYTES);
    for (let at = 0, pieces = 1; at < this.bytes; at += PIECE_BYTES, pieces++) {
      if (this.#isNeeded) throw new Error("the disk is full meanwhile");
      await file.writeAt(at, piece.subarray(0, Math.min(PIECE_BYTES, this.bytes - at)));
      if (pieces % SYNC_PIECES === 0) await file.sync();
    }
    await file.sync();
  }

  async #notMade(failure: unknown): Promise<void> {
    await this.#files.unlink(BALLAST_PATH).catch(() => undefined);
    if (!this.#failed) {
      this.#logger.warn({ cause: messageOf(failure) }, "the ballast file could not be made");
    }
    this.#failed = true;
    this.#callsToSkip = MAKE_PAUSE_CALLS;
  }
}

/** Bytes that a file system which compresses stores as they are: zeros would take no room there. */
function incompressible(length: number): Uint8Array {
  const words = new Uint32Array(length / 4);
  let state = 0x9e3779b9;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer);
}

import { assert, type Clock, type Logger, messageOf } from "@holdfast/base";
import type { Files, StoreFile } from "../files.ts";
import { DiskFullError } from "../storage-errors.ts";
import { SECTOR_BYTES, sameMarker } from "./sectors.ts";

/** One file of the log, open. */
export interface Segment {
  /** Its number is its life. */
  readonly number: number;
  readonly path: string;
  readonly file: StoreFile;
  readonly size: number;
  /** Behind its last frame. */
  tail: number;
  /** Reads under way; the file is not recycled under them. */
  pins: number;
}

export interface SegmentFilesOptions {
  readonly files: Files;
  readonly directory: string;
  readonly segmentBytes: number;
  /** What must stay free when a spare is made ahead of need. */
  readonly reserveBytes: number;
  readonly logger: Logger;
  /** With it, whoever needs a segment waits for room; without, it fails. */
  readonly clock?: Clock;
}

interface Spare {
  readonly path: string;
  /** The life whose sectors it still holds; 0 for a file of zeros. */
  readonly life: number;
}

/** The smallest segment: room for a head and some frames. */
export const SEGMENT_BYTES_MIN: number = 4 * SECTOR_BYTES;

const SPARES_MAX = 2;
const ZEROS = new Uint8Array(1024 * 1024);
const SYNC_BYTES = 4 * 1024 * 1024;
/** After a failure to make a spare, so many calls of `prepare` pass before the next attempt. */
const PREPARE_PAUSE_CALLS = 256;
/** While a segment is waited for, it is tried to make one this often, ms. */
const ROOM_RETRY_MS = 250;
/** After failed attempts at most so long passes until the next, ms. */
const TRY_PAUSE_MS_MAX = 5_000;
const MIB = 1024 * 1024;

/**
 * The files of the log: makes spares ahead of need, gives them out as segments,
 * takes retired segments back.
 *
 * A spare holds zeros or sectors of exactly one earlier life whose marker is told
 * apart from that of the life it is given (decision 7).
 */
export class SegmentFiles {
  readonly #options: SegmentFilesOptions;
  readonly #spares: Spare[] = [];
  #work: Promise<void> = Promise.resolve();
  #preparing = false;
  #prepareCallsToSkip = 0;
  #lack: string | undefined;
  #mayWait: boolean;
  #tryAgainAt = 0;
  #tryPauseMs = ROOM_RETRY_MS;
  #stopPause: () => void = () => undefined;

  constructor(options: SegmentFilesOptions) {
    this.#options = options;
    this.#mayWait = options.clock !== undefined;
  }

  /** Why there was no spare to be made when that was last tried; `undefined`: nothing stands in the way. */
  get lack(): string | undefined {
    return this.#lack;
  }

  get spareReady(): boolean {
    return this.#spares.length > 0;
  }

  get spares(): number {
    return this.#spares.length;
  }

  pathOf(number: number): string {
    return `${this.#options.directory}/${hex(number)}.wal`;
  }

  /** The numbers of the segments there are, ascending. Takes note of spares, removes half-made ones. */
  async list(): Promise<readonly number[]> {
    const { files, directory, logger } = this.#options;
    const numbers: number[] = [];
    for (const name of await files.list(directory)) {
      const segment = /^([0-9a-f]{16})\.wal$/.exec(name);
      const spare = /^spare-([0-9a-f]{16})\.wal$/.exec(name);
      const path = `${directory}/${name}`;
      if (segment !== null) numbers.push(Number.parseInt(segment[1] ?? "", 16));
      else if (spare !== null)
        await this.#adopt({ path, life: Number.parseInt(spare[1] ?? "", 16) });
      else if (/^spare-.*\.tmp$/.test(name)) await files.unlink(path);
      else logger.warn({ file: path }, "unknown file among the segments of the log");
    }
    return numbers.sort((a, b) => a - b);
  }

  open(number: number): Promise<StoreFile> {
    return this.#options.files.open(this.pathOf(number), { create: false, durableWrites: true });
  }

  /** Makes a spare in the background unless there is one, if the reserve stays free. See {@link lack}. */
  prepare(): void {
    if (this.#spares.length > 0 || this.#preparing) return;
    if (this.#prepareCallsToSkip > 0) {
      this.#prepareCallsToSkip--;
      return;
    }
    this.#preparing = true;
    this.background(async () => {
      try {
        if (this.#spares.length > 0) return;
        await this.#checkFree(this.#options.reserveBytes);
        if (this.#isTimeToTry) await this.#make();
      } catch (failure) {
        this.#prepareCallsToSkip = PREPARE_PAUSE_CALLS;
        this.#lacks(failure);
      } finally {
        this.#preparing = false;
      }
    }, "could not prepare the next segment of the log");
  }

  /** There may be room now: the next attempt is not put off. */
  prepareAgain(): void {
    this.#prepareCallsToSkip = 0;
    this.prepare();
  }

  /** Nobody waits for room any more, now or later: what needs a segment and gets none fails. */
  stopWaiting(): void {
    this.#mayWait = false;
    this.#stopPause();
  }

  /** A file for the segment `number`, in place under its name; waits for a spare, or makes one. */
  async take(number: number): Promise<Segment> {
    await this.#spareOrWait();
    const { files, directory, segmentBytes: size } = this.#options;
    const fitting = this.#spares.findIndex((one) => !clashes(one, number));
    const [spare] = this.#spares.splice(Math.max(0, fitting), 1);
    assert(spare !== undefined, "a spare segment was made");
    const path = this.pathOf(number);
    await files.rename(spare.path, path);
    await files.syncDirectory(directory);
    const file = await files.open(path, { create: false, durableWrites: true });
    if (clashes(spare, number)) await writeZeros(file, { from: 0, to: size });
    return { number, path, file, size, tail: 0, pins: 0 };
  }

  /** Turns a segment that is no longer needed into a spare, or removes it where there are enough. */
  async retire(segment: Segment): Promise<void> {
    const { files, directory, segmentBytes } = this.#options;
    const path = `${directory}/spare-${hex(segment.number)}.wal`;
    const keep = this.#spares.length < SPARES_MAX && segment.size === segmentBytes;
    // Behind the tail may stand sectors of lives before this one: a spare holds those of one life only.
    if (keep) await writeZeros(segment.file, { from: segment.tail, to: segment.size });
    if (keep) await files.rename(segment.path, path);
    else await files.unlink(segment.path);
    await files.syncDirectory(directory);
    await segment.file.close();
    if (keep) this.#gained({ path, life: segment.number });
  }

  /** Removes a segment whose first frame never became durable. */
  async discard(number: number): Promise<void> {
    const { files, directory } = this.#options;
    await files.unlink(this.pathOf(number));
    await files.syncDirectory(directory);
  }

  /** Runs tasks one after the other; a failure is logged and changes nothing. */
  background(task: () => Promise<void>, failed: string): void {
    this.#work = this.#work.then(task).catch((failure: unknown) => {
      this.#options.logger.warn({ cause: messageOf(failure) }, failed);
    });
  }

  /** Resolves when nothing is under way in the background. */
  async idle(): Promise<void> {
    let seen: Promise<void> | undefined;
    while (seen !== this.#work) {
      seen = this.#work;
      await seen;
    }
  }

  async #adopt(spare: Spare): Promise<void> {
    const { files, segmentBytes } = this.#options;
    const file = await files.open(spare.path, { create: false, durableWrites: false });
    const size = await file.size();
    await file.close();
    const usable = size === segmentBytes && this.#spares.length < SPARES_MAX;
    if (usable) this.#spares.push(spare);
    else await files.unlink(spare.path);
  }

  /** Returns when there is a spare. No room is waited out: nothing of the log was written yet. */
  async #spareOrWait(): Promise<void> {
    for (;;) {
      const making = this.#work.then(() => this.#makeFirst());
      this.#work = making.catch(() => undefined);
      try {
        await making;
        if (this.#spares.length > 0) return;
      } catch (failure) {
        const isNoRoom = failure instanceof DiskFullError || failure instanceof TooLittleFreeError;
        if (!isNoRoom || !this.#mayWait) throw failure;
        this.#lacks(failure);
      }
      await this.#pause();
    }
  }

  async #makeFirst(): Promise<void> {
    if (this.#spares.length > 0) return;
    if (!this.#mayWait) return this.#make();
    await this.#checkFree(0);
    if (this.#isTimeToTry) await this.#make();
  }

  /** An attempt that ends in the middle has written much for nothing: they become ever rarer. */
  get #isTimeToTry(): boolean {
    const { clock } = this.#options;
    return clock === undefined || clock.now() >= this.#tryAgainAt;
  }

  #pause(): Promise<void> {
    return new Promise((resume) => {
      const cancel = this.#options.clock?.timer(ROOM_RETRY_MS, resume);
      this.#stopPause = () => {
        cancel?.();
        resume();
      };
    });
  }

  /** Costs nothing, unlike an attempt. */
  async #checkFree(reserveBytes: number): Promise<void> {
    const { files, segmentBytes } = this.#options;
    const free = await files.freeBytes();
    if (free === undefined || free - segmentBytes >= reserveBytes) return;
    throw new TooLittleFreeError({ free, segmentBytes, reserveBytes });
  }

  /** Said once for each time that room is missing. */
  #lacks(failure: unknown): void {
    const why = messageOf(failure);
    if (this.#lack === undefined) {
      this.#options.logger.warn({ why }, "the next segment of the log could not be made");
    }
    this.#lack = why;
  }

  #gained(spare: Spare): void {
    this.#spares.push(spare);
    this.#lack = undefined;
    this.#tryAgainAt = 0;
    this.#tryPauseMs = ROOM_RETRY_MS;
  }

  /** A file of zeros, by real writes, durable under its final name before anybody uses it. */
  async #make(): Promise<void> {
    const { files, directory, segmentBytes } = this.#options;
    await files.makeDirectory(directory);
    await files.syncDirectory(parentOf(directory));
    const unfinished = `${directory}/spare-${hex(0)}.tmp`;
    const path = `${directory}/spare-${hex(0)}.wal`;
    await files.unlink(unfinished);
    const file = await files.open(unfinished, { create: true, durableWrites: false });
    try {
      // The end first: a limit on the size of files shows at once.
      await file.writeAt(segmentBytes - SECTOR_BYTES, ZEROS.subarray(0, SECTOR_BYTES));
      // Synced in steps: the log's own writes would wait behind one sync of it all.
      for (let from = 0; from < segmentBytes; from += SYNC_BYTES) {
        await writeZeros(file, { from, to: Math.min(segmentBytes, from + SYNC_BYTES) });
        await file.sync();
      }
    } catch (failure) {
      this.#tryAgainAt = (this.#options.clock?.now() ?? 0) + this.#tryPauseMs;
      this.#tryPauseMs = Math.min(2 * this.#tryPauseMs, TRY_PAUSE_MS_MAX);
      // Half of a spare would take the last of a full disk from the state.
      await file.close().then(() => files.unlink(unfinished));
      throw failure;
    }
    await file.close();
    await files.rename(unfinished, path);
    await files.syncDirectory(directory);
    this.#gained({ path, life: 0 });
  }
}

/** There is no room for a segment beside what must stay free. */
class TooLittleFreeError extends Error {
  constructor(of: {
    readonly free: number;
    readonly segmentBytes: number;
    readonly reserveBytes: number;
  }) {
    const { free, segmentBytes, reserveBytes } = of;
    super(
      `the log's next segment takes ${mebibytes(segmentBytes)} and ${mebibytes(reserveBytes)} must stay free; ${mebibytes(free)} are free`,
    );
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

/** Writes zeros in steps, so that the event loop and the log's own writes get their turn. */
export async function writeZeros(
  file: StoreFile,
  range: { readonly from: number; readonly to: number },
): Promise<void> {
  for (let at = range.from; at < range.to; at += ZEROS.length) {
    await file.writeAt(at, ZEROS.subarray(0, Math.min(ZEROS.length, range.to - at)));
  }
}

function clashes(spare: Spare, number: number): boolean {
  return spare.life !== 0 && sameMarker({ one: spare.life, other: number });
}

function hex(number: number): string {
  return number.toString(16).padStart(16, "0");
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

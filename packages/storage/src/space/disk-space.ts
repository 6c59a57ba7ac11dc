import type { Cancel, Clock, Logger, Millis } from "@holdfast/base";
import type { Files } from "../files.ts";

export interface DiskSpaceParts {
  readonly files: Pick<Files, "freeBytes">;
  /** Where the files lie, for a person. */
  readonly place: string;
  readonly log: { readonly lack: string | undefined; prepareAgain(): void };
  readonly ballast: { readonly bytes: number; make(): void };
  readonly clock: Clock;
  readonly logger: Logger;
  /** @default DISK_RESERVE_BYTES */
  readonly reserveBytes?: number;
}

/** What a moment's look at the disk showed. */
export interface SpaceStanding {
  /** `undefined`: the system does not tell. */
  readonly freeBytes: number | undefined;
  readonly reserveBytes: number;
  /** Why no more should be taken, and what to do, in words; `undefined`: there is room. */
  readonly shortage: string | undefined;
}

/** What must stay free on a node's disk, bytes. */
export const DISK_RESERVE_BYTES: number = 64 * 1024 * 1024;
/** Between two looks at the disk, ms. */
export const SPACE_LOOK_MS: Millis = 250;
/** A store that starts, or is born, has better use for its disk than a ballast, ms. */
export const BALLAST_AFTER_MS: Millis = 5_000;
/** Once it was short, so much more than the reserve must be free: it must not swing. */
const ROOM_AGAIN_FACTOR = 1.25;
const MIB = 1024 * 1024;

/**
 * Foresees a full disk (decision 14): the reserve is free and the log has its next segment
 * by the time that half of the current one is used, or the store is *short* and takes no
 * more until there is room again. Keeps the ballast while there is room for it.
 */
export class DiskSpace {
  readonly #parts: DiskSpaceParts;
  readonly #reserveBytes: number;
  readonly #since: Millis;
  readonly #listeners: (() => void)[] = [];
  #freeBytes: number | undefined;
  #shortage: string | undefined;
  #cancel: Cancel = () => undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: DiskSpaceParts) {
    this.#parts = parts;
    this.#since = parts.clock.now();
    this.#reserveBytes = parts.reserveBytes ?? DISK_RESERVE_BYTES;
  }

  /** Resolves after the first look; looks go on until {@link stop}. */
  async start(): Promise<void> {
    this.#looking = this.#look();
    await this.#looking;
    if (this.#stopped) return;
    this.#cancel = this.#parts.clock.timer(SPACE_LOOK_MS, () => void this.start());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#looking;
  }

  get standing(): SpaceStanding {
    return {
      freeBytes: this.#freeBytes,
      reserveBytes: this.#reserveBytes,
      shortage: this.shortage,
    };
  }

  /** Of the log it is known at once, of the disk as of the last look. */
  get shortage(): string | undefined {
    return this.#shortage ?? this.#told(this.#parts.log.lack);
  }

  /** Called each time that it has become short, and that it has room again. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async #look(): Promise<void> {
    const { files, log, ballast, clock } = this.#parts;
    const free = await files.freeBytes().catch(() => undefined);
    if (this.#stopped) return;
    this.#freeBytes = free;
    if (log.lack !== undefined) log.prepareAgain();
    const again = this.#reserveBytes * ROOM_AGAIN_FACTOR;
    const isTime = clock.now() - this.#since >= BALLAST_AFTER_MS;
    if (isTime && (free === undefined || free - ballast.bytes >= again)) ballast.make();
    this.#judge(this.#lack(free, this.#shortage === undefined ? this.#reserveBytes : again));
  }

  #lack(free: number | undefined, needed: number): string | undefined {
    if (free === undefined || free >= needed) return this.#parts.log.lack;
    return `${mebibytes(free)} are free, ${mebibytes(needed)} must be (limits.diskReserveBytes)`;
  }

  #judge(lack: string | undefined): void {
    const { place, logger } = this.#parts;
    const was = this.#shortage;
    this.#shortage = this.#told(lack);
    if ((was === undefined) === (lack === undefined)) return;
    const fields = { path: place, freeBytes: this.#freeBytes, reserveBytes: this.#reserveBytes };
    if (lack === undefined) logger.info(fields, "the disk has room again: writes are taken");
    else logger.warn({ ...fields, why: lack }, NEARLY_FULL);
    for (const listener of this.#listeners) listener();
  }

  #told(lack: string | undefined): string | undefined {
    if (lack === undefined) return undefined;
    return `${this.#parts.place} is nearly full: ${lack}. Writes are refused and reads go on until there is room: free disk space`;
  }
}

/** Constant, as every line of the log; the fields say how it stands. */
const NEARLY_FULL =
  "the disk is nearly full: no more writes are taken here until disk space is freed; a leader hands over to a member with room";

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

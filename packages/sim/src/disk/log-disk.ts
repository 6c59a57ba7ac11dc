import type { LogIndex, Millis, Term } from "@holdfast/base";
import { entryBytes, type PersistBatch } from "@holdfast/raft";
import type { Dice } from "../dice.ts";
import { DurableEntries } from "./durable-entries.ts";
import type { LogImage } from "./log-image.ts";

const SECTOR_BYTES = 512;
const FRAME_HEADER_BYTES = 64;
/** Unsynced frames that the operating system keeps from the disk before it writes the oldest back. */
const WRITE_BACK_FRAMES = 40;

/** One group commit on its way to the disk: kept whole, or torn and cut at recovery (decision 7). */
export interface Frame {
  readonly batches: readonly PersistBatch[];
  readonly sectors: number;
  /** From here on the operating system has it, so that it outlives its process. */
  readonly writtenAt: Millis;
  durable: boolean;
  /** Whether its sectors survived what happened to the machine. */
  torn: boolean;
}

/**
 * The log of one store on one disk: what is durable, and the frames that are not
 * yet. The end of a process keeps frames that were written; the end of power keeps
 * random sectors of them.
 */
export class LogDisk {
  readonly #durable: LogImage;
  readonly #everDurable = new DurableEntries();
  #frames: Frame[] = [];
  tornCount = 0;

  constructor(durable: LogImage) {
    this.#durable = durable;
  }

  /** What would be found after a power cut now, if the frames under way were lost. */
  get durable(): LogImage {
    return this.#durable;
  }

  get inFlight(): readonly Frame[] {
    return this.#frames;
  }

  /** Whether this entry was durable here at some time; it may be superseded or compacted since. */
  wasDurable(index: LogIndex, term: Term): boolean {
    return this.#everDurable.has(index, term);
  }

  begin(batches: readonly PersistBatch[], writtenAt: Millis): Frame {
    const bytes = batches.reduce(
      (sum, { entries }) => entries.reduce((size, entry) => size + entryBytes(entry), sum),
      FRAME_HEADER_BYTES,
    );
    const sectors = Math.ceil(bytes / SECTOR_BYTES);
    const frame = { batches, sectors, writtenAt, durable: false, torn: false };
    this.#frames.push(frame);
    return frame;
  }

  /** The disk has the frame for good. It counts once all before it are there too. */
  synced(frame: Frame): void {
    frame.durable = true;
    this.#fold();
  }

  /** Without a sync, the oldest frames become durable when the system gets round to it. */
  writeBack(): void {
    const frame = this.#frames[0];
    if (this.#frames.length > WRITE_BACK_FRAMES && frame !== undefined) this.synced(frame);
  }

  /** The process ended: what it had not handed over is lost, whole or in part. */
  processEnded(now: Millis, dice: Dice): void {
    for (const frame of this.#frames) {
      if (frame.durable || now >= frame.writtenAt) continue;
      frame.torn = !survives(frame, dice);
    }
  }

  powerEnded(dice: Dice): void {
    for (const frame of this.#frames) {
      if (!frame.durable) frame.torn ||= !survives(frame, dice);
    }
  }

  /**
   * Reads the log as a start does: up to the first torn frame, which is cut together
   * with all behind it. What is found is synced before anybody relies on it.
   */
  recover({ syncs }: { readonly syncs: boolean }): LogImage {
    const torn = this.#frames.findIndex((frame) => frame.torn);
    if (torn >= 0) {
      this.tornCount++;
      this.#frames.splice(torn);
    }
    if (syncs) {
      for (const frame of this.#frames) frame.durable = true;
      this.#fold();
    }
    const found = this.#durable.copy();
    for (const { batches } of this.#frames) for (const batch of batches) found.take(batch);
    return found;
  }

  #fold(): void {
    while (this.#frames[0]?.durable === true) {
      const frame = this.#frames.shift();
      for (const batch of frame?.batches ?? []) {
        this.#durable.take(batch);
        this.#everDurable.take(batch);
      }
    }
  }
}

/** Each sector of a write that was under way may be on the disk or not, in any order. */
function survives(frame: Frame, dice: Dice): boolean {
  const share = dice.pick([0, 0.5, 0.9, 1]);
  let survives = true;
  for (let sector = 0; sector < frame.sectors && survives; sector++) {
    survives = dice.chance(share);
  }
  return survives;
}

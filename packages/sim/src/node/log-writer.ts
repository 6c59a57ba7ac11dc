import type { PersistBatch, SnapshotMeta, WriteSeq } from "@holdfast/raft";
import type { DriverDefect } from "../defects.ts";
import type { DiskWeather } from "../disk/disk-weather.ts";
import type { Frame, LogDisk } from "../disk/log-disk.ts";
import type { Timeline } from "../timeline.ts";

export interface LogWriterParts {
  readonly disk: LogDisk;
  readonly weather: DiskWeather;
  readonly timeline: Timeline;
  readonly defects: ReadonlySet<DriverDefect>;
  /** The disk has it; false if the process ended at that very moment. */
  durable(): boolean;
  installed(meta: SnapshotMeta): void;
  persisted(seq: WriteSeq): void;
  fail(reason: string): void;
}

/** When in a write the operating system has all of it. */
const WRITTEN_SHARE = 0.3;

/** Writes as the replica's log writer does: one frame in flight, the next is all that queued up meanwhile. */
export class LogWriter {
  readonly #parts: LogWriterParts;
  #queue: PersistBatch[] = [];
  #writing = false;
  #stopped = false;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
  }

  get busy(): boolean {
    return this.#writing;
  }

  write(batch: PersistBatch): void {
    const { defects, persisted } = this.#parts;
    if (defects.has("writes-reordered")) {
      this.#begin([batch]);
      return;
    }
    this.#queue.push(batch);
    if (defects.has("acknowledges-before-writing")) persisted(batch.seq);
    this.#drain();
  }

  stop(): void {
    this.#stopped = true;
  }

  #drain(): void {
    if (this.#writing || this.#stopped || this.#queue.length === 0) return;
    const batches = this.#queue;
    this.#queue = [];
    this.#writing = true;
    this.#begin(batches);
  }

  #begin(batches: readonly PersistBatch[]): void {
    const { disk, weather, timeline, fail } = this.#parts;
    const doneAt = weather.doneAt(timeline.now);
    const frame = disk.begin(batches, timeline.now + (doneAt - timeline.now) * WRITTEN_SHARE);
    timeline.at(doneAt, () => {
      if (this.#stopped) return;
      if (weather.takeFailure()) fail("a write of the log failed");
      else this.#complete(frame);
    });
  }

  #complete(frame: Frame): void {
    const { disk, defects, durable, installed, persisted } = this.#parts;
    this.#writing = false;
    if (defects.has("log-unsynced")) disk.writeBack();
    else disk.synced(frame);
    if (!durable()) return;
    for (const { install } of frame.batches) if (install !== undefined) installed(install);
    const last = frame.batches.at(-1);
    if (last !== undefined) persisted(last.seq);
    this.#drain();
  }
}

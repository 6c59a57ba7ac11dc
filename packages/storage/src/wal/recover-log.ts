import type { GroupId, Logger } from "@holdfast/base";
import { EntryIndex } from "./entry-index.ts";
import { FRAME_HEADER_BYTES } from "./frame.ts";
import { GroupState } from "./group-state.ts";
import { PayloadEndsError, SECTOR_BYTES, SectorReader } from "./sectors.ts";
import { SEGMENT_BYTES_MIN, type Segment, type SegmentFiles, writeZeros } from "./segment-files.ts";
import { SegmentReader } from "./segment-reader.ts";
import {
  type FrameExpected,
  type ScannedFrame,
  type SegmentEnd,
  scanSegment,
} from "./segment-scan.ts";
import { decodeSegmentRecord, decodeWrite, type SegmentGroup } from "./wal-codec.ts";
import { LogDamagedError } from "./wal-errors.ts";
import type { WalEntry, WalRecovered, WalWrite } from "./wal-records.ts";

/** What a log was found to hold, ready to be written on. */
export interface RecoveredLog {
  /** Ascending; empty for a store that was never written. */
  readonly segments: readonly Segment[];
  readonly groups: Map<GroupId, GroupState>;
  readonly index: EntryIndex;
  readonly expected: FrameExpected;
  readonly torn: WalRecovered["torn"];
}

const WINDOW_BYTES = 1024 * 1024;

/**
 * Reads the whole log once, a window at a time, and cuts a torn last write.
 *
 * @throws {LogDamagedError} if anything is wrong that no crash explains.
 */
export async function recoverLog(files: SegmentFiles, logger: Logger): Promise<RecoveredLog> {
  const recovery = new Recovery(files, logger);
  return recovery.run(await files.list());
}

class Recovery {
  readonly #files: SegmentFiles;
  readonly #logger: Logger;
  readonly #segments: Segment[] = [];
  readonly #groups = new Map<GroupId, GroupState>();
  readonly #index = new EntryIndex();
  #expected: FrameExpected | undefined;
  #torn: WalRecovered["torn"];

  constructor(files: SegmentFiles, logger: Logger) {
    this.#files = files;
    this.#logger = logger;
  }

  async run(numbers: readonly number[]): Promise<RecoveredLog> {
    try {
      this.#checkNumbers(numbers);
      for (const number of numbers) await this.#readSegment(number, number === numbers.at(-1));
      this.#checkHoles();
      await this.#makeDurable();
    } catch (failure) {
      for (const segment of this.#segments) await segment.file.close();
      throw failure;
    }
    return {
      segments: this.#segments,
      groups: this.#groups,
      index: this.#index,
      expected: this.#expected ?? { sequence: 1, previousCrc: 0 },
      torn: this.#torn,
    };
  }

  #checkNumbers(numbers: readonly number[]): void {
    for (const [at, number] of numbers.entries()) {
      const before = numbers[at - 1];
      if (before === undefined || number === before + 1) continue;
      const found = `segment ${before + 1} is missing before it`;
      throw new LogDamagedError({ file: this.#files.pathOf(number), offset: 0, found });
    }
  }

  async #readSegment(number: number, newest: boolean): Promise<void> {
    const path = this.#files.pathOf(number);
    const file = await this.#files.open(number);
    const segment: Segment = { number, path, file, size: await file.size(), tail: 0, pins: 0 };
    this.#segments.push(segment);
    if (segment.size % SECTOR_BYTES !== 0 || segment.size < SEGMENT_BYTES_MIN) {
      // A file gets this name only when all of it is there.
      throw this.#damage(segment, segment.size, "the file was cut short");
    }
    const scan = {
      file: file.name,
      size: segment.size,
      life: number,
      // The first segment of all follows nothing; another oldest one follows what is gone.
      expected: this.#expected ?? (number === 1 ? { sequence: 1, previousCrc: 0 } : undefined),
      sealed: !newest,
    };
    const reader = new SegmentReader(file, WINDOW_BYTES);
    const end = await scanSegment(reader, scan, (frame) => this.#takeFrame(segment, frame));
    segment.tail = end.offset;
    if (end.offset === 0) return this.#discardUnborn(segment, newest);
    this.#expected = end.expected;
    await this.#cutTorn(segment, end);
  }

  /** The newest segment may lack its first frame: the crash came while it was being begun. */
  async #discardUnborn(segment: Segment, newest: boolean): Promise<void> {
    if (!newest || (segment.number !== 1 && this.#segments.length === 1)) {
      throw this.#damage(segment, 0, "the segment's first frame is missing");
    }
    this.#segments.pop();
    await segment.file.close();
    await this.#files.discard(segment.number);
    this.#logger.info({ file: segment.file.name }, "removed a log segment that was never begun");
  }

  async #cutTorn(segment: Segment, end: SegmentEnd): Promise<void> {
    if (end.torn.length === 0) return;
    for (const [from, to] of end.torn) await writeZeros(segment.file, { from, to });
    this.#torn = { file: segment.file.name, offset: end.offset };
    this.#logger.warn(this.#torn, "cut a torn last write of the log");
  }

  /**
   * A killed process may have left a frame that the system holds and the disk does not. It
   * is answered for from now on, so it must not go with the next power cut.
   */
  async #makeDurable(): Promise<void> {
    await this.#segments.at(-1)?.file.sync();
  }

  #takeFrame(segment: Segment, frame: ScannedFrame): void {
    const { header, bytes, offset } = frame;
    const input = new SectorReader(bytes, FRAME_HEADER_BYTES, header.payloadBytes);
    if ((offset === 0) !== (header.kind === "segment")) {
      throw this.#damage(segment, offset, `a frame of kind ${header.kind} is out of place`);
    }
    try {
      if (header.kind === "segment") this.#takeSegmentRecord(segment, input);
      else
        while (input.left > 0) this.#takeWrite(segment, offset, decodeWrite(input, isMembership));
    } catch (failure) {
      if (!(failure instanceof PayloadEndsError)) throw failure;
      throw this.#damage(segment, offset, failure.message);
    }
  }

  /** A segment's first record is the start of the oldest, and a check of all others. */
  #takeSegmentRecord(segment: Segment, input: SectorReader): void {
    const record = decodeSegmentRecord(input);
    if (record.segmentBytes !== segment.size) {
      const found = `the file has ${segment.size} bytes, it was made with ${record.segmentBytes}`;
      throw this.#damage(segment, Math.min(segment.size, record.segmentBytes), found);
    }
    const oldest = this.#segments.length === 1;
    for (const group of record.groups) {
      const state = this.#groups.get(group.head.group);
      if (oldest) this.#groups.set(group.head.group, new GroupState(group));
      else if (state === undefined || !sameEnd(state.segmentGroup(), group)) {
        throw this.#damage(segment, 0, "its head differs from what the segments before it say");
      }
    }
    if (!oldest && record.groups.length !== this.#groups.size) {
      throw this.#damage(segment, 0, "its head lacks a group that the segments before it have");
    }
  }

  #takeWrite(segment: Segment, offset: number, write: WalWrite): void {
    let state = this.#groups.get(write.group);
    if (state === undefined) {
      state = GroupState.unborn(write.group);
      this.#groups.set(write.group, state);
    }
    const lastBefore = state.lastIndex;
    const broken = state.apply(write);
    if (broken !== undefined) throw this.#damage(segment, offset, broken);
    indexWrite(this.#index, { write, lastBefore, state, segment: segment.number, offset });
  }

  #checkHoles(): void {
    const oldest = this.#segments[0];
    for (const state of this.#groups.values()) {
      const hole = state.hole();
      if (hole !== undefined && oldest !== undefined) throw this.#damage(oldest, 0, hole);
    }
  }

  #damage(segment: Segment, offset: number, found: string): LogDamagedError {
    return new LogDamagedError({ file: segment.file.name, offset, found });
  }
}

/** Notes in the index where a write that `state` has taken in lies. */
export function indexWrite(
  index: EntryIndex,
  at: {
    readonly write: WalWrite;
    readonly lastBefore: number;
    readonly state: GroupState;
    readonly segment: number;
    readonly offset: number;
  },
): void {
  const { write, state, segment, offset } = at;
  if (write.reset !== undefined) index.reset(write.group);
  const first = write.entries?.[0]?.index;
  if (first !== undefined) {
    const lastBefore = write.reset?.index ?? at.lastBefore;
    index.appended(write.group, { first, segment, offset }, lastBefore);
  }
  if (write.compact !== undefined) {
    index.compacted(write.group, write.compact.index, state.lastIndex);
  }
}

function isMembership(entry: WalEntry): boolean {
  return entry.kind === "membership";
}

function sameEnd(one: SegmentGroup, other: SegmentGroup): boolean {
  const a = one.head;
  const b = other.head;
  return (
    one.lastIndex === other.lastIndex &&
    one.lastTerm === other.lastTerm &&
    a.clusterId === b.clusterId &&
    a.hardState.term === b.hardState.term &&
    a.hardState.vote === b.hardState.vote &&
    a.compacted.index === b.compacted.index &&
    a.compacted.term === b.compacted.term &&
    a.stateDirectory === b.stateDirectory
  );
}

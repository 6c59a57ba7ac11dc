import { assert, type GroupId, InvariantViolation, type LogIndex } from "@holdfast/base";
import type { EntryIndex } from "./entry-index.ts";
import { readEntries } from "./entry-reader.ts";
import { frameBytes } from "./frame.ts";
import { FrameBuilder } from "./frame-builder.ts";
import { GroupState, unbornHead } from "./group-state.ts";
import { type PlannedFrame, planFrames } from "./plan-frames.ts";
import { indexWrite, type RecoveredLog, recoverLog } from "./recover-log.ts";
import { SECTOR_BYTES } from "./sectors.ts";
import { SEGMENT_BYTES_MIN, type Segment, SegmentFiles } from "./segment-files.ts";
import type { FrameExpected } from "./segment-scan.ts";
import {
  encodeSegmentRecord,
  encodeWrite,
  type SegmentRecord,
  segmentRecordBytes,
} from "./wal-codec.ts";
import { LogCompactedError, LogFailedError } from "./wal-errors.ts";
import {
  type ResolvedWalOptions,
  WAL_DEFAULTS,
  type WalStats,
  type WriteAheadLogOptions,
} from "./wal-options.ts";
import type { WalEntry, WalGroupHead, WalRecovered, WalWrite } from "./wal-records.ts";

const PLACES_PER_READ = 1024;
/** After a failure to recycle a segment, so many calls pass before the next attempt. */
const RETIRE_PAUSE_CALLS = 256;

/**
 * One write-ahead log for all groups of a store (decisions 6–8).
 *
 * Invariants: (1) one frame is in flight at a time; (2) what `head`, `lastIndex`
 * and `read` show is durable; (3) after a failed write nothing is written any
 * more; (4) each segment begins with the head of every group, and goes only when
 * no entry in it is needed and its successor has begun.
 */
export class WriteAheadLog {
  readonly #files: SegmentFiles;
  readonly #options: ResolvedWalOptions;
  readonly #segments: Segment[];
  readonly #groups: Map<GroupId, GroupState>;
  readonly #index: EntryIndex;
  readonly #builder = new FrameBuilder();
  #expected: FrameExpected;
  #appending = false;
  #closed = false;
  #retiring = false;
  #retireCallsToSkip = 0;
  #failure: unknown;
  #appends = 0;
  #frames = 0;
  #bytes = 0;
  #lastAppendMs = 0;

  private constructor(files: SegmentFiles, options: ResolvedWalOptions, recovered: RecoveredLog) {
    this.#files = files;
    this.#options = options;
    this.#segments = [...recovered.segments];
    this.#groups = recovered.groups;
    this.#index = recovered.index;
    this.#expected = recovered.expected;
  }

  /**
   * Reads the log back and makes it ready to be written on. In an empty directory
   * nothing is written before the first append.
   *
   * @throws {LogDamagedError} on what no crash can have left behind.
   */
  static async open(given: WriteAheadLogOptions): Promise<{
    readonly log: WriteAheadLog;
    readonly recovered: ReadonlyMap<GroupId, WalRecovered>;
  }> {
    const options = { ...WAL_DEFAULTS, ...given };
    assert(
      options.segmentBytes % SECTOR_BYTES === 0 && options.segmentBytes >= SEGMENT_BYTES_MIN,
      "segmentBytes is a whole number of sectors, four at least",
    );
    const files = new SegmentFiles(options);
    const found = await recoverLog(files, options.logger);
    const recovered = new Map<GroupId, WalRecovered>();
    for (const [group, state] of found.groups) {
      const { head, lastIndex, termRuns, memberships } = state;
      recovered.set(group, {
        head,
        lastIndex,
        termRuns: [...termRuns],
        memberships: [...memberships],
        torn: found.torn,
      });
    }
    const log = new WriteAheadLog(files, options, found);
    log.#prepareSpare();
    log.#retire();
    return { log, recovered };
  }

  /** The durable head of a group; that of an unborn one if the log has nothing of it. */
  head(group: GroupId): WalGroupHead {
    return this.#groups.get(group)?.head ?? unbornHead(group);
  }

  /** The last durable entry's index; the compacted one where there is none. */
  lastIndex(group: GroupId): LogIndex {
    return this.#groups.get(group)?.lastIndex ?? 0;
  }

  sizeBytes(): number {
    let bytes = this.#files.spares * this.#options.segmentBytes;
    for (const segment of this.#segments) bytes += segment.size;
    return bytes;
  }

  /**
   * Why the log should be given no more, in words; `undefined`: it may be. It is known before
   * anything fails: by the time that half of a segment is used, the next one is ready,
   * or there is no room for it.
   */
  get lack(): string | undefined {
    const current = this.#segments.at(-1);
    const hasTime = current !== undefined && current.tail <= current.size / 2;
    return hasTime || this.#files.spareReady ? undefined : this.#files.lack;
  }

  /** There may be room for the next segment now. */
  prepareAgain(): void {
    if (this.#segments.length > 0 && !this.#closed) this.#files.prepareAgain();
  }

  /** An append that waits for room fails, now and later: the replica stops. */
  stopWaiting(): void {
    this.#files.stopWaiting();
  }

  stats(): WalStats {
    return {
      appends: this.#appends,
      frames: this.#frames,
      bytes: this.#bytes,
      segments: this.#segments.length,
      sizeBytes: this.sizeBytes(),
      spareReady: this.#files.spareReady,
      places: this.#index.size,
      lastAppendMs: this.#lastAppendMs,
      failed: this.#failure !== undefined,
    };
  }

  /** Of each file; one write has to fit into it, beside its head. */
  get segmentBytes(): number {
    return this.#options.segmentBytes;
  }

  /**
   * Resolves once all of it would survive a power cut. Calls do not overlap.
   *
   * What fits into `frameBytesMax` is one frame and so kept or lost as one; more is
   * several frames in order. The payloads must not change until it has settled.
   *
   * Where it needs a segment for which the disk has no room, it waits for room
   * ({@link WriteAheadLogOptions.clock}).
   *
   * @throws {LogWriteTooLargeError} before anything is written.
   * @throws {LogFailedError} if writing failed, now or before: the log takes nothing more.
   */
  async append(writes: readonly WalWrite[]): Promise<void> {
    this.#checkUsable();
    assert(!this.#appending, "appends to the log do not overlap");
    if (writes.length === 0) return;
    const { segmentBytes, frameBytesMax } = this.#options;
    const roomInSegment = segmentBytes - this.#segmentFrameBytes();
    const frames = planFrames(writes, { frameBytesMax, roomInSegment });
    this.#appending = true;
    const start = this.#options.clock?.now() ?? 0;
    try {
      for (const frame of frames) await this.#appendFrame(frame);
    } catch (failure) {
      this.#failure = failure;
      if (failure instanceof InvariantViolation) throw failure;
      throw new LogFailedError({ cause: failure });
    } finally {
      this.#appending = false;
    }
    this.#appends++;
    this.#lastAppendMs = (this.#options.clock?.now() ?? 0) - start;
    this.#prepareSpare();
    this.#retire();
  }

  /**
   * Entries from `from` on, up to `to` inclusive, from disk: at least one, then as
   * many as `bytesMax` bytes of payload hold. It may return fewer than fit.
   *
   * @throws {LogCompactedError} if `from` is no longer there.
   */
  async read(
    group: GroupId,
    from: LogIndex,
    to: LogIndex,
    bytesMax: number,
  ): Promise<readonly WalEntry[]> {
    this.#checkUsable();
    const { compacted } = this.head(group);
    if (from <= compacted.index) throw new LogCompactedError({ from, compacted: compacted.index });
    assert(from <= to && to <= this.lastIndex(group), "a read of the log lies within its entries");
    const { rewrites } = this.#index;
    const { places, end } = this.#index.find(group, { from, to, limit: PLACES_PER_READ });
    const pinned = places.map((place) => ({ place, segment: this.#segment(place.segment) }));
    for (const { segment } of pinned) segment.pins++;
    try {
      const found = await readEntries({ group, from, end, bytesMax, places: pinned });
      const isStill = this.#index.rewrites === rewrites;
      if (found.end !== undefined && isStill) this.#index.wasRead(group, found.end);
      return found.entries;
    } finally {
      for (const { segment } of pinned) segment.pins--;
      this.#retire();
    }
  }

  /** Waits for what is under way, then closes the files. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.stopWaiting();
    await this.#files.idle();
    for (const segment of this.#segments) await segment.file.close();
  }

  #checkUsable(): void {
    if (this.#failure !== undefined) throw new LogFailedError({ cause: this.#failure });
    assert(!this.#closed, "the log is open");
  }

  /** What a segment's first frame takes now, with room for a membership to grow in the same append. */
  #segmentFrameBytes(): number {
    return frameBytes(segmentRecordBytes(this.#segmentRecord())) + SECTOR_BYTES;
  }

  async #appendFrame(frame: PlannedFrame): Promise<void> {
    const size = frameBytes(frame.bytes);
    const staged = this.#stage(frame.writes);
    const current = this.#segments.at(-1);
    const segment =
      current !== undefined && current.tail + size <= current.size
        ? current
        : await this.#beginSegment();
    const offset = segment.tail;
    assert(offset + size <= segment.size, "a frame fits into the segment begun for it");
    await this.#writeFrame(segment, "writes", frame.bytes, (out) => {
      for (const write of frame.writes) encodeWrite(out, write);
    });
    for (const [group, state] of staged.groups) this.#groups.set(group, state);
    for (const step of staged.steps) {
      indexWrite(this.#index, { ...step, segment: segment.number, offset });
    }
  }

  /** What the groups will be once the writes are durable. */
  #stage(writes: readonly WalWrite[]): StagedWrites {
    const groups = new Map<GroupId, GroupState>();
    const steps: StagedWrites["steps"][number][] = [];
    for (const write of writes) {
      let state = groups.get(write.group);
      if (state === undefined) {
        state = this.#groups.get(write.group)?.clone() ?? GroupState.unborn(write.group);
        groups.set(write.group, state);
      }
      const lastBefore = state.lastIndex;
      const broken = state.apply(write);
      assert(broken === undefined, `a write to the log keeps its rules: ${broken}`);
      steps.push({ write, lastBefore, state });
    }
    return { groups, steps };
  }

  async #beginSegment(): Promise<Segment> {
    const number = (this.#segments.at(-1)?.number ?? 0) + 1;
    const record = this.#segmentRecord();
    const segment = await this.#files.take(number);
    await this.#writeFrame(segment, "segment", segmentRecordBytes(record), (out) => {
      encodeSegmentRecord(out, record);
    });
    this.#segments.push(segment);
    return segment;
  }

  #segmentRecord(): SegmentRecord {
    const groups = [...this.#groups.values()].map((state) => state.segmentGroup());
    return { segmentBytes: this.#options.segmentBytes, groups };
  }

  async #writeFrame(
    segment: Segment,
    kind: "segment" | "writes",
    payloadBytes: number,
    fill: Parameters<FrameBuilder["build"]>[2],
  ): Promise<void> {
    const { sequence, previousCrc } = this.#expected;
    const next = { kind, life: segment.number, sequence, previousCrc };
    const { bytes, crc } = this.#builder.build(next, payloadBytes, fill);
    await segment.file.writeAt(segment.tail, bytes);
    segment.tail += bytes.length;
    this.#expected = { sequence: sequence + 1, previousCrc: crc };
    this.#frames++;
    this.#bytes += bytes.length;
  }

  /** Early enough to be done, or known to be impossible, by the time that half of the segment is used. */
  #prepareSpare(): void {
    const current = this.#segments.at(-1);
    if (current !== undefined && current.tail > current.size / 4) this.#files.prepare();
  }

  /** Lets go of the oldest segments while nothing in them is needed, one at a time and in order. */
  #retire(): void {
    if (this.#retiring || this.#closed || this.#canRetire() === undefined) return;
    if (this.#retireCallsToSkip-- > 0) return;
    this.#retiring = true;
    this.#retireCallsToSkip = RETIRE_PAUSE_CALLS;
    this.#files.background(async () => {
      try {
        for (let oldest = this.#canRetire(); oldest !== undefined; oldest = this.#canRetire()) {
          await this.#files.retire(oldest);
          this.#segments.shift();
        }
        this.#retireCallsToSkip = 0;
      } finally {
        this.#retiring = false;
      }
    }, "could not recycle a segment of the log");
  }

  #canRetire(): Segment | undefined {
    const oldest = this.#segments[0];
    const current = this.#segments.at(-1);
    if (oldest === undefined || oldest === current || oldest.pins > 0) return undefined;
    const needed = this.#index.firstSegment();
    return needed === undefined || oldest.number < needed ? oldest : undefined;
  }

  #segment(number: number): Segment {
    const segment = this.#segments[number - (this.#segments[0]?.number ?? 0)];
    assert(segment !== undefined && segment.number === number, `segment ${number} is open`);
    return segment;
  }
}

interface StagedWrites {
  readonly groups: ReadonlyMap<GroupId, GroupState>;
  readonly steps: readonly {
    readonly write: WalWrite;
    readonly lastBefore: number;
    readonly state: GroupState;
  }[];
}

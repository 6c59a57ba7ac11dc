import type { GroupId, LogIndex } from "@holdfast/base";
import type { EntryPlace } from "./entry-index.ts";
import { FRAME_HEADER_BYTES, frameBytes, frameCrc, readFrameHeader } from "./frame.ts";
import { PayloadEndsError, SECTOR_BYTES, SectorReader } from "./sectors.ts";
import type { Segment } from "./segment-files.ts";
import { SegmentReader } from "./segment-reader.ts";
import { decodeWrite } from "./wal-codec.ts";
import { LogDamagedError } from "./wal-errors.ts";
import type { WalEntry } from "./wal-records.ts";

/** What to read: `from` up to before `end`, at least one entry, then as many as fit into `bytesMax`. */
export interface EntryRead {
  readonly group: GroupId;
  readonly from: LogIndex;
  readonly end: LogIndex;
  readonly bytesMax: number;
  readonly places: readonly { readonly place: EntryPlace; readonly segment: Segment }[];
}

const WINDOW_BYTES_MIN = 64 * 1024;
const WINDOW_BYTES_MAX = 1024 * 1024;

/** What was read, and where the frame of the last of it lies, for whoever goes on from there. */
export interface EntriesRead {
  readonly entries: readonly WalEntry[];
  readonly end: EntryPlace | undefined;
}

/**
 * Reads entries back from disk, checking every frame again.
 *
 * @throws {LogDamagedError} if a frame has rotted since it was written.
 */
export async function readEntries(read: EntryRead): Promise<EntriesRead> {
  let reader: SegmentReader | undefined;
  let end: EntryPlace | undefined;
  const found: WalEntry[] = [];
  let room = read.bytesMax;
  for (const [at, { place, segment }] of read.places.entries()) {
    const sameFile = read.places[at - 1]?.segment === segment;
    if (reader === undefined || !sameFile) reader = readerOf(segment, place, read.bytesMax);
    const next = read.places[at + 1]?.place.first ?? read.end;
    const piece = new PieceReader(read.group, Math.max(read.from, place.first), next);
    await piece.read(reader, { segment, offset: place.offset, bytesMax: Math.max(1, room) });
    end = piece.end ?? end;
    room = takeWhileRoom(found, piece.entries, room);
    if (room <= 0 || !piece.complete) break;
  }
  return { entries: found, end };
}

/** Behind a segment's tail there is nothing to read. */
function readerOf(segment: Segment, { offset }: EntryPlace, bytesMax: number): SegmentReader {
  const wantedBytes = Math.min(WINDOW_BYTES_MAX, Math.max(WINDOW_BYTES_MIN, bytesMax));
  return new SegmentReader(segment.file, Math.min(wantedBytes, segment.tail - offset));
}

/** Moves entries over while there is room for them, the first in any case; answers the room left. */
function takeWhileRoom(found: WalEntry[], more: readonly WalEntry[], roomBefore: number): number {
  let room = roomBefore;
  for (const entry of more) {
    room -= entry.payload.length;
    if (room < 0 && found.length > 0) return 0;
    found.push(entry);
  }
  return room;
}

/** The entries `[from, end)` from one place onwards. */
class PieceReader {
  readonly entries: WalEntry[] = [];
  /** The last frame that gave entries. */
  end: EntryPlace | undefined;
  readonly #group: GroupId;
  readonly #from: LogIndex;
  readonly #end: LogIndex;
  /** Of the payloads in `entries`: what a later write superseded fills no read. */
  #bytes = 0;

  constructor(group: GroupId, from: LogIndex, end: LogIndex) {
    this.#group = group;
    this.#from = from;
    this.#end = end;
  }

  get complete(): boolean {
    return this.#next === this.#end;
  }

  get #next(): LogIndex {
    return this.#from + this.entries.length;
  }

  async read(
    reader: SegmentReader,
    start: { readonly segment: Segment; readonly offset: number; readonly bytesMax: number },
  ): Promise<void> {
    const { segment } = start;
    let { offset } = start;
    while (!this.complete && this.#bytes < start.bytesMax) {
      // Most frames lie in the window: a turn for each would cost more than to decode it.
      const sector =
        reader.held(offset, SECTOR_BYTES) ?? (await reader.bytes(offset, SECTOR_BYTES));
      const header = readFrameHeader(sector);
      const bytes = frameBytes(header?.payloadBytes ?? 0);
      const frame = reader.held(offset, bytes) ?? (await reader.bytes(offset, bytes));
      if (
        header === undefined ||
        header.life !== segment.number ||
        frame.length < bytes ||
        frameCrc(frame) !== header.crc
      ) {
        const found = `the frame with entry ${this.#next} has rotted since it was written`;
        throw new LogDamagedError({ file: segment.file.name, offset, found });
      }
      const first = this.#next;
      if (header.kind === "writes") this.#takeFrame(frame, header.payloadBytes, start);
      if (this.#next > first) this.end = { first, segment: segment.number, offset };
      offset += frame.length;
    }
  }

  /** Takes a whole frame, so that what its later writes supersede is not handed out. */
  #takeFrame(
    frame: Uint8Array,
    payloadBytes: number,
    at: { readonly segment: Segment; readonly offset: number },
  ): void {
    const input = new SectorReader(frame, FRAME_HEADER_BYTES, payloadBytes);
    try {
      while (input.left > 0) {
        const write = decodeWrite(input, (entry) => this.#wants(entry));
        if (write.group !== this.#group) continue;
        for (const entry of write.entries ?? []) this.#take(entry);
      }
    } catch (failure) {
      if (!(failure instanceof PayloadEndsError)) throw failure;
      throw new LogDamagedError({
        file: at.segment.file.name,
        offset: at.offset,
        found: failure.message,
      });
    }
  }

  #wants(entry: WalEntry): boolean {
    return entry.index >= this.#from && entry.index < this.#end;
  }

  #take(entry: WalEntry): void {
    // Beyond the next: a write that the same frame supersedes. At or below: it supersedes what was read.
    if (entry.index > this.#next) return;
    if (entry.index < this.#next) {
      const superseded = this.entries.splice(Math.max(0, entry.index - this.#from));
      for (const { payload } of superseded) this.#bytes -= payload.length;
    }
    if (!this.#wants(entry)) return;
    this.entries.push(entry);
    this.#bytes += entry.payload.length;
  }
}

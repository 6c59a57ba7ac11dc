import type { GroupId, LogIndex } from "@holdfast/base";
import type { EntryPlace } from "./entry-index.ts";
import { FRAME_HEADER_BYTES, frameBytes, frameCrc } from "./frame.ts";
import { PayloadEndsError, SectorReader } from "./sectors.ts";
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

/**
 * Reads entries back from disk, checking every frame again.
 *
 * @throws {LogDamagedError} if a frame has rotted since it was written.
 */
export async function readEntries(read: EntryRead): Promise<readonly WalEntry[]> {
  let reader: SegmentReader | undefined;
  const found: WalEntry[] = [];
  let room = read.bytesMax;
  for (const [at, { place, segment }] of read.places.entries()) {
    const sameFile = read.places[at - 1]?.segment === segment;
    if (reader === undefined || !sameFile) reader = readerOf(segment, read.bytesMax);
    const next = read.places[at + 1]?.place.first ?? read.end;
    const piece = new PieceReader(read.group, Math.max(read.from, place.first), next);
    await piece.read(reader, { segment, offset: place.offset, bytesMax: Math.max(1, room) });
    room = takeWhileRoom(found, piece.entries, room);
    if (room <= 0 || !piece.complete) break;
  }
  return found;
}

function readerOf(segment: Segment, bytesMax: number): SegmentReader {
  const windowBytes = Math.min(WINDOW_BYTES_MAX, Math.max(WINDOW_BYTES_MIN, bytesMax));
  return new SegmentReader(segment.file, windowBytes);
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
      const header = await reader.header(offset);
      const frame = header === undefined ? undefined : await reader.frame(offset, header);
      if (
        header === undefined ||
        frame === undefined ||
        header.life !== segment.number ||
        frame.length < frameBytes(header.payloadBytes) ||
        frameCrc(frame) !== header.crc
      ) {
        const found = `the frame with entry ${this.#next} has rotted since it was written`;
        throw new LogDamagedError({ file: segment.file.name, offset, found });
      }
      if (header.kind === "writes") this.#takeFrame(frame, header.payloadBytes, start);
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

import {
  FRAME_VERSION,
  type FrameHeader,
  frameBytes,
  frameCrc,
  hasAllMarkers,
  readFrameHeader,
} from "./frame.ts";
import { markerOf, SECTOR_BYTES } from "./sectors.ts";
import type { SegmentReader } from "./segment-reader.ts";
import { LogDamagedError, LogVersionError } from "./wal-errors.ts";

/** What the next frame of a log must say of itself. */
export interface FrameExpected {
  readonly sequence: number;
  readonly previousCrc: number;
}

export interface SegmentScan {
  /** The file's name, for messages. */
  readonly file: string;
  readonly size: number;
  readonly life: number;
  /** `undefined` for the oldest segment, whose predecessor is gone. */
  readonly expected: FrameExpected | undefined;
  /** Whether a later segment was begun, so that no write to this one can have been cut short. */
  readonly sealed: boolean;
}

export interface ScannedFrame {
  readonly header: FrameHeader;
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** How a segment ended. */
export interface SegmentEnd {
  /** Behind the last good frame. */
  readonly offset: number;
  readonly expected: FrameExpected | undefined;
  /** Sectors behind the end that a write which never completed has left, as `[from, to)`. */
  readonly torn: readonly (readonly [number, number])[];
}

/** Reading the rest of a segment goes in steps of this size. */
const STEP_BYTES = 1024 * 1024;

/**
 * Walks over the frames of a segment and finds its end: the rules of decision 7.
 *
 * @throws {LogDamagedError} on anything that a crash cannot have left behind.
 */
export async function scanSegment(
  reader: SegmentReader,
  scan: SegmentScan,
  onFrame: (frame: ScannedFrame) => void,
): Promise<SegmentEnd> {
  let offset = 0;
  let expected = scan.expected;
  while (offset + SECTOR_BYTES <= scan.size) {
    const frame = await readFrame(reader, scan, { offset, expected });
    if (frame === undefined) break;
    onFrame(frame);
    offset += frame.bytes.length;
    expected = { sequence: frame.header.sequence + 1, previousCrc: frame.header.crc };
  }
  const torn = await scanRest(reader, scan, { offset, expected });
  return { offset, expected, torn };
}

/** The frame at a place; `undefined` where the log ends, be it cleanly or with a torn write. */
async function readFrame(
  reader: SegmentReader,
  scan: SegmentScan,
  place: { readonly offset: number; readonly expected: FrameExpected | undefined },
): Promise<ScannedFrame | undefined> {
  const { offset, expected } = place;
  const sector = await reader.bytes(offset, SECTOR_BYTES);
  const header = readFrameHeader(sector);
  if (header === undefined) {
    if (sector[0] === markerOf(scan.life)) throw damage(scan, offset, "a frame's header is rotten");
    return undefined;
  }
  if (header.life !== scan.life) return undefined;
  if (header.version !== FRAME_VERSION) throw new LogVersionError(scan.file, header.version);
  checkExpected(scan, offset, { header, expected });
  const bytes = await reader.frame(offset, header);
  if (bytes.length < frameBytes(header.payloadBytes)) {
    throw damage(scan, offset, "a frame reaches beyond the end of the file");
  }
  if (frameCrc(bytes) === header.crc) return { header, bytes, offset };
  if (scan.sealed || hasAllMarkers(bytes, scan.life)) {
    throw damage(scan, offset, "a frame arrived whole and its checksum is wrong");
  }
  return undefined;
}

function checkExpected(
  scan: SegmentScan,
  offset: number,
  frame: { readonly header: FrameHeader; readonly expected: FrameExpected | undefined },
): void {
  const { header, expected } = frame;
  if (expected === undefined) return;
  if (header.sequence !== expected.sequence) {
    throw damage(
      scan,
      offset,
      `frame ${header.sequence} stands where ${expected.sequence} belongs`,
    );
  }
  if (header.previousCrc !== expected.previousCrc) {
    throw damage(scan, offset, `frame ${header.sequence} does not follow the frame before it`);
  }
}

/**
 * Looks for this life's sectors behind the end. One frame is in flight at a time,
 * so they can only belong to one that never completed; a later frame among them
 * proves that the frame at the end was complete once, and so is damaged.
 */
async function scanRest(
  reader: SegmentReader,
  scan: SegmentScan,
  end: { readonly offset: number; readonly expected: FrameExpected | undefined },
): Promise<readonly (readonly [number, number])[]> {
  const torn: [number, number][] = [];
  const payloadEnd = await tornPayloadEnd(reader, scan, end.offset);
  const marker = markerOf(scan.life);
  for (let at = end.offset; at < scan.size; at += STEP_BYTES) {
    const step = await reader.bytes(at, Math.min(STEP_BYTES, scan.size - at));
    for (let from = 0; from < step.length; from += SECTOR_BYTES) {
      const offset = at + from;
      if (offset >= payloadEnd && isLaterFrame(step, from, scan, { offset, end })) {
        throw damage(scan, end.offset, `no good frame stands here, yet one follows at ${offset}`);
      }
      if (step[from] === marker) addSector(torn, offset);
    }
  }
  if (scan.sealed && torn.length > 0) {
    throw damage(scan, end.offset, "a frame is cut short, though a later segment was begun");
  }
  return torn;
}

/** Where a torn frame with an intact header would end: what looks like a frame inside it is a user's bytes. */
async function tornPayloadEnd(
  reader: SegmentReader,
  scan: SegmentScan,
  offset: number,
): Promise<number> {
  const header = await reader.header(offset);
  if (header === undefined || header.life !== scan.life) return offset;
  return offset + frameBytes(header.payloadBytes);
}

function isLaterFrame(
  step: Uint8Array,
  from: number,
  scan: SegmentScan,
  place: {
    readonly offset: number;
    readonly end: { readonly offset: number; readonly expected: FrameExpected | undefined };
  },
): boolean {
  if (step[from + 1] !== FRAME_VERSION) return false;
  const header = readFrameHeader(step.subarray(from, from + SECTOR_BYTES));
  if (header === undefined || header.life !== scan.life) return false;
  const { offset, end } = place;
  if (end.expected === undefined) return true;
  // A frame takes a sector at least: a greater number is a user's bytes that look like a header.
  return header.sequence - end.expected.sequence <= (offset - end.offset) / SECTOR_BYTES;
}

function addSector(ranges: [number, number][], offset: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && last[1] === offset) last[1] = offset + SECTOR_BYTES;
  else ranges.push([offset, offset + SECTOR_BYTES]);
}

function damage(scan: SegmentScan, offset: number, found: string): LogDamagedError {
  return new LogDamagedError({ file: scan.file, offset, found });
}

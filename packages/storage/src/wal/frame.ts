import { crc32c } from "@holdfast/base";
import { markerOf, SECTOR_BYTES, SECTOR_ROOM } from "./sectors.ts";

/** The format of frames and payloads that this version writes and reads. */
export const FRAME_VERSION = 1;
/** Where the payload begins in a frame's first sector. */
export const FRAME_HEADER_BYTES = 40;

const MAGIC = 0x4c574648; // "HFWL"
const FIRST_ROOM = SECTOR_BYTES - FRAME_HEADER_BYTES;
const LOW = 0x1_0000_0000;
const AT = {
  version: 1,
  kind: 2,
  magic: 4,
  life: 8,
  sequence: 16,
  payloadBytes: 24,
  previousCrc: 28,
  crc: 32,
  headerCrc: 36,
} as const;

export type FrameKind = "segment" | "writes";
const KINDS: readonly FrameKind[] = ["segment", "writes"];

/** What stands before a frame's payload; see docs/on-disk-format.md. */
export interface FrameHeader {
  readonly version: number;
  readonly kind: FrameKind;
  readonly life: number;
  /** Counts frames across all segments of a log. */
  readonly sequence: number;
  readonly payloadBytes: number;
  readonly previousCrc: number;
  /** Over the whole frame but the markers and the two checksums. */
  readonly crc: number;
}

/** The bytes on disk of a frame with such a payload: whole sectors. */
export function frameBytes(payloadBytes: number): number {
  const more = Math.max(0, payloadBytes - FIRST_ROOM);
  return SECTOR_BYTES * (1 + Math.ceil(more / SECTOR_ROOM));
}

/** Completes a frame whose payload is in place: header, markers and both checksums. Returns its CRC. */
export function sealFrame(frame: Uint8Array, header: Omit<FrameHeader, "crc" | "version">): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const marker = markerOf(header.life);
  for (let at = 0; at < frame.length; at += SECTOR_BYTES) frame[at] = marker;
  frame[AT.version] = FRAME_VERSION;
  frame[AT.kind] = KINDS.indexOf(header.kind) + 1;
  frame[3] = 0;
  view.setUint32(AT.magic, MAGIC, true);
  setUint53(view, AT.life, header.life);
  setUint53(view, AT.sequence, header.sequence);
  view.setUint32(AT.payloadBytes, header.payloadBytes, true);
  view.setUint32(AT.previousCrc, header.previousCrc, true);
  const crc = frameCrc(frame);
  view.setUint32(AT.crc, crc, true);
  view.setUint32(AT.headerCrc, crc32c(frame, AT.version, AT.headerCrc), true);
  return crc;
}

/** The header at the start of `sector`, or `undefined` if what stands there is no intact header. */
export function readFrameHeader(sector: Uint8Array): FrameHeader | undefined {
  if (sector.length < SECTOR_BYTES) return undefined;
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
  if (view.getUint32(AT.magic, true) !== MAGIC) return undefined;
  if (view.getUint32(AT.headerCrc, true) !== crc32c(sector, AT.version, AT.headerCrc)) {
    return undefined;
  }
  const kind = KINDS[(sector[AT.kind] ?? 0) - 1];
  if (kind === undefined) return undefined;
  return {
    version: sector[AT.version] ?? 0,
    kind,
    life: getUint53(view, AT.life),
    sequence: getUint53(view, AT.sequence),
    payloadBytes: view.getUint32(AT.payloadBytes, true),
    previousCrc: view.getUint32(AT.previousCrc, true),
    crc: view.getUint32(AT.crc, true),
  };
}

/**
 * The CRC-32C of a whole frame. Markers are left out: a frame whose every other
 * byte is proven needs no marker to be believed.
 */
export function frameCrc(frame: Uint8Array): number {
  let crc = crc32c(frame, AT.version, AT.crc);
  crc = crc32c(frame, FRAME_HEADER_BYTES, SECTOR_BYTES, crc);
  for (let at = SECTOR_BYTES; at < frame.length; at += SECTOR_BYTES) {
    crc = crc32c(frame, at + 1, at + SECTOR_BYTES, crc);
  }
  return crc;
}

/** Whether each sector of a frame has arrived. */
export function hasAllMarkers(frame: Uint8Array, life: number): boolean {
  const marker = markerOf(life);
  for (let at = 0; at < frame.length; at += SECTOR_BYTES) {
    if (frame[at] !== marker) return false;
  }
  return true;
}

function setUint53(view: DataView, at: number, value: number): void {
  view.setUint32(at, (value % LOW) >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / LOW), true);
}

function getUint53(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * LOW + view.getUint32(at, true);
}

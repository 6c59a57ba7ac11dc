import { withPlainAuthority } from "./plain-authority.ts";

const PREFACE_BYTES = 24;
const FRAME_HEADER_BYTES = 9;
const HEADERS = 1;
const SETTINGS = 4;
const WINDOW_UPDATE = 8;
const ACK = 0x1;
const END_HEADERS = 0x4;
/** What no client has agreed to exceed. */
const FRAME_BYTES_MAX = 16_384;

/** A SETTINGS frame that sets nothing: all that a client waits for before its first call. */
export const EMPTY_SETTINGS: Buffer = Buffer.from([0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]);

/** What the first bytes of an HTTP/2 connection are; of `unknown` ones more have to come. */
export type FirstFrames = { readonly kind: "unknown" } | { readonly kind: "other" } | GoFrames;

/** Settings that set nothing, as Go's clients send them, and what is behind them. */
export interface GoFrames {
  readonly kind: "go";
  /** Where our own settings were acknowledged. */
  readonly ackAt: number | undefined;
  /** Where the first frame is that is more than an opening, once all of it is there. */
  readonly firstAt: number | undefined;
}

export function firstFrames(bytes: Buffer): FirstFrames {
  if (bytes.length < PREFACE_BYTES + FRAME_HEADER_BYTES) return { kind: "unknown" };
  const opening = bytes.subarray(PREFACE_BYTES, PREFACE_BYTES + FRAME_HEADER_BYTES);
  if (!opening.equals(EMPTY_SETTINGS)) return { kind: "other" };
  let ackAt: number | undefined;
  let firstAt: number | undefined;
  for (let at = PREFACE_BYTES; at + FRAME_HEADER_BYTES <= bytes.length; at = endOf(bytes, at)) {
    const [type, flags] = [bytes[at + 3], bytes[at + 4] ?? 0];
    if (type === SETTINGS && (flags & ACK) !== 0) ackAt ??= at;
    else if (type !== SETTINGS && type !== WINDOW_UPDATE && isWhole(bytes, at)) firstAt ??= at;
  }
  return { kind: "go", ackAt, firstAt };
}

/** The same bytes without the acknowledgement of settings that only we have sent, the first call's authority plain. */
export function mendedOpening(bytes: Buffer, ackAt: number, firstAt: number | undefined): Buffer {
  const frames: Buffer[] = [bytes.subarray(0, PREFACE_BYTES)];
  for (let at = PREFACE_BYTES; at < bytes.length; at = endOf(bytes, at)) {
    const frame = bytes.subarray(at, endOf(bytes, at));
    if (at === firstAt) frames.push(mendedHeaders(frame));
    else if (at !== ackAt) frames.push(frame);
  }
  return Buffer.concat(frames);
}

function mendedHeaders(frame: Buffer): Buffer {
  if (frame[3] !== HEADERS || frame[4] === undefined) return frame;
  // With padding or a priority it is none of Go's.
  if ((frame[4] & ~0x1) !== END_HEADERS) return frame;
  const block = withPlainAuthority(frame.subarray(FRAME_HEADER_BYTES));
  if (block === undefined) return frame;
  const header = Buffer.from(frame.subarray(0, FRAME_HEADER_BYTES));
  header.writeUIntBE(block.length, 0, 3);
  return Buffer.concat([header, block]);
}

/** Whether all of a frame is there, or never will be: it is larger than any may be. */
function isWhole(bytes: Buffer, at: number): boolean {
  const end = endOf(bytes, at);
  return end <= bytes.length || end - at > FRAME_BYTES_MAX;
}

/** Where the frame ends, or the bytes do if they end amid its header. */
function endOf(bytes: Buffer, at: number): number {
  if (at + FRAME_HEADER_BYTES > bytes.length) return bytes.length;
  return at + FRAME_HEADER_BYTES + bytes.readUIntBE(at, 3);
}

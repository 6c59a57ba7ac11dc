import { frameBytes } from "./frame.ts";
import { writeBytes } from "./wal-codec.ts";
import { LogWriteTooLargeError } from "./wal-errors.ts";
import type { WalWrite } from "./wal-records.ts";

/** Writes that go into one frame. */
export interface PlannedFrame {
  readonly writes: readonly WalWrite[];
  /** Of the payload. */
  readonly bytes: number;
}

/**
 * Groups the writes of one append into frames, in order; no write is split.
 *
 * @throws {LogWriteTooLargeError} if one of them does not fit into a fresh segment.
 */
export function planFrames(
  writes: readonly WalWrite[],
  limits: { readonly frameBytesMax: number; readonly roomInSegment: number },
): readonly PlannedFrame[] {
  const { frameBytesMax, roomInSegment } = limits;
  const frames: PlannedFrame[] = [];
  let open: { writes: WalWrite[]; bytes: number } | undefined;
  for (const write of writes) {
    const bytes = writeBytes(write);
    if (frameBytes(bytes) > roomInSegment) {
      throw new LogWriteTooLargeError({ bytes, bytesMax: roomInSegment });
    }
    const joined = frameBytes((open?.bytes ?? 0) + bytes);
    if (open === undefined || joined > Math.min(frameBytesMax, roomInSegment)) {
      open = { writes: [], bytes: 0 };
      frames.push(open);
    }
    open.writes.push(write);
    open.bytes += bytes;
  }
  return frames;
}

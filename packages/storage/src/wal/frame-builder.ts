import { FRAME_HEADER_BYTES, type FrameKind, frameBytes, sealFrame } from "./frame.ts";
import { SectorWriter } from "./sectors.ts";

/** What the header of the next frame says besides its payload's length. */
export interface NextFrame {
  readonly kind: FrameKind;
  readonly life: number;
  readonly sequence: number;
  readonly previousCrc: number;
}

/** Buffers up to here are kept for the next frame. */
const KEPT_BYTES = 1024 * 1024;

/**
 * Assembles frames, each once, in a buffer that is used again: the log has one
 * frame in flight, so the one before has been written when the next is built.
 */
export class FrameBuilder {
  #buffer = new Uint8Array(64 * 1024);

  build(
    next: NextFrame,
    payloadBytes: number,
    fill: (out: SectorWriter) => void,
  ): { readonly bytes: Uint8Array; readonly crc: number } {
    const size = frameBytes(payloadBytes);
    const bytes = this.#room(size);
    const out = new SectorWriter(bytes, FRAME_HEADER_BYTES);
    fill(out);
    bytes.fill(0, out.at);
    return { bytes, crc: sealFrame(bytes, { ...next, payloadBytes }) };
  }

  #room(size: number): Uint8Array {
    if (size > KEPT_BYTES) return new Uint8Array(size);
    if (size > this.#buffer.length) {
      this.#buffer = new Uint8Array(Math.min(KEPT_BYTES, size * 2));
    }
    return this.#buffer.subarray(0, size);
  }
}

import type { StoreFile } from "../files.ts";
import { type FrameHeader, frameBytes, readFrameHeader } from "./frame.ts";
import { SECTOR_BYTES } from "./sectors.ts";

/**
 * Reads a segment through a window, so that walking over many small frames does
 * not cost a system call each, and never holds more than a window or one frame.
 */
export class SegmentReader {
  readonly #file: StoreFile;
  readonly #windowBytes: number;
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = 0;

  constructor(file: StoreFile, windowBytes: number) {
    this.#file = file;
    this.#windowBytes = windowBytes;
  }

  /** `length` bytes at `offset`, fewer only at the end of the file; good until the next call. */
  async bytes(offset: number, length: number): Promise<Uint8Array> {
    return this.held(offset, length) ?? this.#fetch(offset, length);
  }

  /** As {@link bytes}, without a turn of its own; `undefined` if they have to be fetched. */
  held(offset: number, length: number): Uint8Array | undefined {
    const from = offset - this.#windowAt;
    if (from < 0 || from + length > this.#window.length) return undefined;
    return this.#window.subarray(from, from + length);
  }

  async #fetch(offset: number, length: number): Promise<Uint8Array> {
    this.#window = await this.#file.readAt(offset, Math.max(length, this.#windowBytes));
    this.#windowAt = offset;
    return this.#window.subarray(0, length);
  }

  /** The header at `offset`, if an intact one stands there. */
  async header(offset: number): Promise<FrameHeader | undefined> {
    return readFrameHeader(await this.bytes(offset, SECTOR_BYTES));
  }

  /** All sectors of the frame at `offset`; fewer only at the end of the file. */
  frame(offset: number, header: FrameHeader): Promise<Uint8Array> {
    return this.bytes(offset, frameBytes(header.payloadBytes));
  }
}

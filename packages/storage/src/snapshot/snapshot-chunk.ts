/** A part of a frozen state. Its rows, one after the other, are one stream of bytes; a chunk is a piece of it. */
export interface SnapshotChunk {
  /** From 0. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** CRC-32C of the whole stream up to the end of this chunk: it tells a chunk that is wrong, missing or there twice. */
  readonly crc: number;
  /** What the whole stream held; only the last chunk says so. */
  readonly end: { readonly rows: number; readonly bytes: number } | undefined;
}

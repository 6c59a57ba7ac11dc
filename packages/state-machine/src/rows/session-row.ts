import type { LogIndex } from "@holdfast/base";
import { RowDecoder } from "./row-decoder.ts";
import type { RowEncoder } from "./row-encoder.ts";

/** What the replicated state knows of a session beside its answers (decision 18). */
export interface SessionHead {
  /** The session has the answers of everything below. */
  readonly ackedBelow: number;
  /** The entry of its last batch. */
  readonly lastIndex: LogIndex;
}

const VERSION = 1;
const BYTES_MAX = 1 + 2 * 8;

export function encodeSessionHead(encoder: RowEncoder, head: SessionHead): Uint8Array {
  return encoder
    .begin(BYTES_MAX)
    .byte(VERSION)
    .varint(head.ackedBelow)
    .varint(head.lastIndex)
    .finish();
}

/** @throws DamagedRowError on bytes that {@link encodeSessionHead} never makes */
export function decodeSessionHead(row: Uint8Array): SessionHead {
  const decoder = new RowDecoder(row, "session").version(VERSION);
  return { ackedBelow: decoder.varint(), lastIndex: decoder.varint() };
}

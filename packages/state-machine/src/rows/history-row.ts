import type { Revision } from "@holdfast/base";
import { RowDecoder } from "./row-decoder.ts";
import type { RowEncoder } from "./row-encoder.ts";
import type { EventReference } from "./row-layout.ts";

/** What happened to a key at a revision: where its event stands. */
export interface HistoryRecord extends EventReference {
  /** The key was deleted. */
  readonly tombstone: boolean;
}

const VERSION = 1;
const TOMBSTONE = 1;
const BYTES_MAX = 2 + 3 * 8;

export function encodeHistory(
  encoder: RowEncoder,
  revision: Revision,
  record: HistoryRecord,
): Uint8Array {
  return encoder
    .begin(BYTES_MAX)
    .byte(VERSION)
    .byte(record.tombstone ? TOMBSTONE : 0)
    .varint(revision - record.blockRevision)
    .varint(record.blockSub)
    .varint(record.ordinal)
    .finish();
}

/** @throws DamagedRowError on bytes that {@link encodeHistory} never makes */
export function decodeHistory(row: Uint8Array, revision: Revision): HistoryRecord {
  const decoder = new RowDecoder(row, "history").version(VERSION);
  const tombstone = (decoder.byte() & TOMBSTONE) !== 0;
  return {
    tombstone,
    blockRevision: revision - decoder.varint(),
    blockSub: decoder.varint(),
    ordinal: decoder.varint(),
  };
}

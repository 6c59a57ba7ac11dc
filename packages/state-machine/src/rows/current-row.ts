import type { Revision } from "@holdfast/base";
import { RowDecoder } from "./row-decoder.ts";
import type { RowEncoder } from "./row-encoder.ts";
import type { EventReference } from "./row-layout.ts";

/**
 * Values up to this many bytes also stand in the `current` row, so that most
 * reads of a latest value take one look-up and a scan takes none besides itself.
 * Larger ones would be rewritten by LevelDB's compaction as often as their row
 * is, on every replica, for a look-up that one of them saves: measured in
 * docs/decisions/0005. A flag tells which it is, so this is no part of the format.
 */
export const INLINE_VALUE_BYTES = 256;

/** The latest version of a key that exists. */
export interface CurrentRecord extends EventReference {
  readonly createRevision: Revision;
  readonly modRevision: Revision;
  readonly version: number;
  readonly lease: bigint;
  /** `undefined`: the value stands only in the block. */
  readonly value: Uint8Array | undefined;
}

const VERSION = 1;
const INLINE = 1;
const LEASED = 2;
const HEADER_BYTES_MAX = 2 + 6 * 8 + 8;

export function encodeCurrent(encoder: RowEncoder, record: CurrentRecord): Uint8Array {
  const { value, lease } = record;
  encoder
    .begin(HEADER_BYTES_MAX + (value?.length ?? 0))
    .byte(VERSION)
    .byte((value === undefined ? 0 : INLINE) | (lease === 0n ? 0 : LEASED))
    .varint(record.modRevision)
    .varint(record.modRevision - record.createRevision)
    .varint(record.version)
    .varint(record.modRevision - record.blockRevision)
    .varint(record.blockSub)
    .varint(record.ordinal);
  if (lease !== 0n) encoder.int64(lease);
  if (value !== undefined) encoder.raw(value);
  return encoder.finish();
}

/** The lease of a row whose other fields are of no interest: of most rows one byte says that there is none. */
export function leaseOfCurrent(row: Uint8Array): bigint {
  return ((row[1] ?? 0) & LEASED) === 0 ? 0n : decodeCurrent(row).lease;
}

/** @throws DamagedRowError on bytes that {@link encodeCurrent} never makes */
export function decodeCurrent(row: Uint8Array): CurrentRecord {
  const decoder = new RowDecoder(row, "current").version(VERSION);
  const flags = decoder.byte();
  const modRevision = decoder.varint();
  const createRevision = modRevision - decoder.varint();
  const version = decoder.varint();
  const blockRevision = modRevision - decoder.varint();
  const blockSub = decoder.varint();
  const ordinal = decoder.varint();
  const lease = (flags & LEASED) === 0 ? 0n : decoder.int64();
  const value = (flags & INLINE) === 0 ? undefined : decoder.rest();
  return {
    createRevision,
    modRevision,
    version,
    lease,
    value,
    blockRevision,
    blockSub,
    ordinal,
  };
}

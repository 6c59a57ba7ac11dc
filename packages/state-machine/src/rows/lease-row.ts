import type { ByteString, LogIndex } from "@holdfast/base";
import { RowDecoder } from "./row-decoder.ts";
import type { RowEncoder } from "./row-encoder.ts";
import type { RowLayout } from "./row-layout.ts";

/** What the replicated state knows of a lease; the keys that hang on it stand in rows of their own. */
export interface LeaseRecord {
  /** What was granted. */
  readonly ttlSeconds: number;
  /** What a new leader gives it at least, as of the last renewal or checkpoint (decision 22). */
  readonly remainingSeconds: number;
  /** The entry that granted it or renewed it last: whoever ends it for its age names what was seen. */
  readonly renewedAt: LogIndex;
  /** Keys that hang on it. */
  readonly keys: number;
}

/** What an `attachment` row holds: its key says it all. */
export const ATTACHED: Uint8Array = Uint8Array.of(1);

const VERSION = 1;
const BYTES_MAX = 1 + 4 * 8;
const ID_BYTES = 8;

export function encodeLease(encoder: RowEncoder, lease: LeaseRecord): Uint8Array {
  return encoder
    .begin(BYTES_MAX)
    .byte(VERSION)
    .varint(lease.ttlSeconds)
    .varint(lease.remainingSeconds)
    .varint(lease.renewedAt)
    .varint(lease.keys)
    .finish();
}

/** @throws DamagedRowError on bytes that {@link encodeLease} never makes */
export function decodeLease(row: Uint8Array): LeaseRecord {
  const decoder = new RowDecoder(row, "lease").version(VERSION);
  return {
    ttlSeconds: decoder.varint(),
    remainingSeconds: decoder.varint(),
    renewedAt: decoder.varint(),
    keys: decoder.varint(),
  };
}

export function leaseKey(layout: RowLayout, id: bigint): ByteString {
  return layout.leasePrefix + idKey(id);
}

/** The id of a `lease` row. */
export function idOfLease(layout: RowLayout, rowKey: ByteString): bigint {
  let id = 0n;
  for (let at = 0; at < ID_BYTES; at++) {
    id = (id << 8n) | BigInt(rowKey.charCodeAt(layout.leasePrefix.length + at));
  }
  return BigInt.asIntN(64, id);
}

/** Sorts by lease, and within one as its keys do. */
export function attachmentKey(layout: RowLayout, id: bigint, key: ByteString): ByteString {
  return layout.attachmentPrefix + idKey(id) + key;
}

/** The user's key of an `attachment` row. */
export function keyOfAttachment(layout: RowLayout, rowKey: ByteString): ByteString {
  return rowKey.slice(layout.attachmentPrefix.length + ID_BYTES);
}

/** Where the `attachment` rows of one lease stand. */
export function attachmentBounds(
  layout: RowLayout,
  id: bigint,
): { readonly from: ByteString; readonly to: ByteString } {
  const next = BigInt.asUintN(64, id) + 1n;
  const isLast = next >> 64n !== 0n;
  return {
    from: layout.attachmentPrefix + idKey(id),
    to: isLast ? layout.attachmentEnd : layout.attachmentPrefix + idKey(next),
  };
}

/** Eight bytes, two's complement, the highest first. */
function idKey(id: bigint): ByteString {
  const high = Number(BigInt.asUintN(32, id >> 32n));
  const low = Number(BigInt.asUintN(32, id));
  return String.fromCharCode(
    high >>> 24,
    (high >>> 16) & 0xff,
    (high >>> 8) & 0xff,
    high & 0xff,
    low >>> 24,
    (low >>> 16) & 0xff,
    (low >>> 8) & 0xff,
    low & 0xff,
  );
}

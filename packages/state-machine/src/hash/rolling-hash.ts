import { crc32c, type LogIndex, type Term } from "@holdfast/base";

const HEADER_BYTES = 16;
const NO_PAYLOAD: Uint8Array = new Uint8Array(0);

/**
 * The hash of all applied entries, one further: CRC-32C over index and term (8
 * bytes each, big-endian) and payload, continued from `previous`. Equal at equal
 * indices on all replicas (decision 15).
 */
export function nextRollingHash(
  previous: number,
  entry: {
    readonly index: LogIndex;
    readonly term: Term;
    readonly payload: Uint8Array | undefined;
  },
): number {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setBigUint64(0, BigInt(entry.index));
  view.setBigUint64(8, BigInt(entry.term));
  const payload = entry.payload ?? NO_PAYLOAD;
  return crc32c(payload, 0, payload.length, crc32c(header, 0, HEADER_BYTES, previous));
}

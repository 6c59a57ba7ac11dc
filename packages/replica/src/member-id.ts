import {
  assert,
  type ClusterId,
  crc32c,
  isWireId,
  type MemberId,
  type StoreId,
} from "@holdfast/base";

/**
 * The member that a store is in a cluster: well spread, below 2^53, and another
 * one when the store was wiped (decision 16).
 */
export function memberIdOf(cluster: ClusterId, name: string, store: StoreId): MemberId {
  const bytes = textBytes(`${cluster}/${name}/${store}`);
  const high = crc32c(bytes) >>> 11;
  const low = crc32c(bytes, 0, bytes.length, 0x5eed);
  const id = high * 0x1_0000_0000 + low || 1;
  assert(isWireId(id), "a member id fits into the wire");
  return id as MemberId;
}

function textBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 255);
}

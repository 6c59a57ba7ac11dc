const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;
const tables = makeTables();

/**
 * CRC-32C (Castagnoli) of `bytes[start, end)`, continued from `previous`.
 *
 * Eight bytes a step by eight tables ("slicing by 8").
 */
export function crc32c(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
  previous = 0,
): number {
  let crc = ~previous;
  let at = start;
  for (; at + SLICES <= end; at += SLICES) {
    crc ^=
      byteAt(bytes, at) |
      (byteAt(bytes, at + 1) << 8) |
      (byteAt(bytes, at + 2) << 16) |
      (byteAt(bytes, at + 3) << 24);
    crc =
      table(7, crc & 255) ^
      table(6, (crc >>> 8) & 255) ^
      table(5, (crc >>> 16) & 255) ^
      table(4, crc >>> 24) ^
      table(3, byteAt(bytes, at + 4)) ^
      table(2, byteAt(bytes, at + 5)) ^
      table(1, byteAt(bytes, at + 6)) ^
      table(0, byteAt(bytes, at + 7));
  }
  for (; at < end; at++) crc = table(0, (crc ^ byteAt(bytes, at)) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function table(slice: number, byte: number): number {
  return tables[slice * 256 + byte] as number;
}

function makeTables(): Int32Array {
  const made = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at++) {
    const shorter = made[at - 256] as number;
    made[at] = (made[shorter & 255] as number) ^ (shorter >>> 8);
  }
  return made;
}

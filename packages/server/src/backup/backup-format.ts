import { crc32c, type LogIndex, type Revision } from "@holdfast/base";

/** Everything in a snapshot's file begins at a multiple of this; etcd's clients want files of such a size. */
export const BLOCK_BYTES = 512;
/** SHA-256 over all that stands before it ends a file. */
export const HASH_BYTES = 32;
export const BACKUP_VERSION = 1;

/** The first block: what state it is, and whose. */
export interface BackupHead {
  readonly clusterId: number;
  /** Who had it. */
  readonly memberId: number;
  readonly appliedIndex: LogIndex;
  readonly appliedTerm: number;
  readonly revision: Revision;
  /** -1 as long as nothing was compacted. */
  readonly compactRevision: Revision;
}

/** The last block: what the rows between add up to. */
export interface BackupEnd {
  readonly rows: number;
  /** The rows, without the zeros behind them. */
  readonly bytes: number;
  /** CRC-32C over those bytes. */
  readonly crc: number;
}

const HEAD_MAGIC = Buffer.from("\x89HFSNAP\n", "latin1");
const END_MAGIC = Buffer.from("\x89HFSEND\n", "latin1");
const NUMBERS_AT = 16;
const CRC_AT = BLOCK_BYTES - 4;

export function encodeHead(head: BackupHead): Buffer {
  const { clusterId, memberId, appliedIndex, appliedTerm, revision, compactRevision } = head;
  const numbers = [clusterId, memberId, appliedIndex, appliedTerm, revision, compactRevision + 1];
  return block(HEAD_MAGIC, numbers);
}

/** `undefined`: these bytes are no head, or a damaged one; a number: a head of that version, which is not known. */
export function decodeHead(bytes: Buffer): BackupHead | number | undefined {
  const version = versionOf(bytes, HEAD_MAGIC);
  if (version !== BACKUP_VERSION) return version;
  return {
    clusterId: numberAt(bytes, 0),
    memberId: numberAt(bytes, 1),
    appliedIndex: numberAt(bytes, 2),
    appliedTerm: numberAt(bytes, 3),
    revision: numberAt(bytes, 4),
    compactRevision: numberAt(bytes, 5) - 1,
  };
}

export function encodeEnd({ rows, bytes, crc }: BackupEnd): Buffer {
  return block(END_MAGIC, [rows, bytes, crc]);
}

/** `undefined`: these bytes are no end, or a damaged one. */
export function decodeEnd(bytes: Buffer): BackupEnd | undefined {
  if (versionOf(bytes, END_MAGIC) !== BACKUP_VERSION) return undefined;
  return { rows: numberAt(bytes, 0), bytes: numberAt(bytes, 1), crc: numberAt(bytes, 2) };
}

/** The zeros between the rows and the last block. */
export function paddingBytes(rowBytes: number): number {
  return (BLOCK_BYTES - (rowBytes % BLOCK_BYTES)) % BLOCK_BYTES;
}

function block(magic: Buffer, numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(BLOCK_BYTES);
  magic.copy(bytes);
  bytes[magic.length] = BACKUP_VERSION;
  for (const [at, number] of numbers.entries()) {
    bytes.writeBigUInt64BE(BigInt(number), NUMBERS_AT + 8 * at);
  }
  bytes.writeUInt32BE(crc32c(bytes, 0, CRC_AT), CRC_AT);
  return bytes;
}

function versionOf(bytes: Buffer, magic: Buffer): number | undefined {
  const isWhole =
    bytes.length === BLOCK_BYTES &&
    bytes.subarray(0, magic.length).equals(magic) &&
    crc32c(bytes, 0, CRC_AT) === bytes.readUInt32BE(CRC_AT);
  return isWhole ? bytes[magic.length] : undefined;
}

function numberAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64BE(NUMBERS_AT + 8 * at));
}

import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32c } from "@holdfast/base";

// As LevelDB's description of its log format has it: blocks of records, none across the end of a block.
const BLOCK_BYTES = 32 * 1024;
const HEADER_BYTES = 7;
const MASK_DELTA = 0xa282ead8;
/** A whole batch, or the first part of one; the other types are its middle and its end. */
const BEGINS_BATCH: ReadonlySet<number> = new Set([1, 2]);
const STEP_BYTES = 32 * BLOCK_BYTES;

/**
 * Refuses a log of LevelDB's in which a batch is damaged and a later one is not. LevelDB
 * leaves such a batch out without a word and goes on with what follows: rows would be
 * missing below the applied index. One batch is in flight at a time and all are synced, so
 * a crash can only have cut the last.
 *
 * To be called before LevelDB opens the directory, for that turns logs into tables.
 *
 * @throws {Error} that names file and offsets.
 */
export async function checkLevelLogs(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) if (/^\d+\.log$/.test(name)) await checkLog(join(directory, name));
}

async function checkLog(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    const step = new Uint8Array(STEP_BYTES);
    let damagedAt: number | undefined;
    for (let offset = 0; ; offset += STEP_BYTES) {
      const { bytesRead } = await file.read(step, 0, STEP_BYTES, offset);
      if (bytesRead === 0) return;
      for (const { at, isGood, type } of recordsOf(step.subarray(0, bytesRead))) {
        if (!isGood) damagedAt ??= offset + at;
        else if (damagedAt !== undefined && BEGINS_BATCH.has(type)) {
          throw new Error(
            `corruption: in ${path} a batch is damaged at offset ${damagedAt}, and a good one follows at ${offset + at}`,
          );
        }
      }
    }
  } finally {
    await file.close();
  }
}

interface LevelRecord {
  readonly at: number;
  readonly type: number;
  readonly isGood: boolean;
}

/** The records of whole blocks; behind a bad one as long as lengths can be believed, then from the next block on. */
function* recordsOf(blocks: Uint8Array): Generator<LevelRecord> {
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  for (let block = 0; block < blocks.length; block += BLOCK_BYTES) {
    const blockEnd = Math.min(block + BLOCK_BYTES, blocks.length);
    let at = block;
    while (at + HEADER_BYTES <= blockEnd) {
      const end = at + HEADER_BYTES + view.getUint16(at + 4, true);
      const type = view.getUint8(at + 6);
      const isGood = end <= blockEnd && view.getUint32(at, true) === checksum(blocks, at + 6, end);
      yield { at, type, isGood };
      at = end;
    }
  }
}

/** Stored checksums are masked, for they may be part of what is checksummed again. */
function checksum(bytes: Uint8Array, from: number, to: number): number {
  const crc = crc32c(bytes, from, to);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

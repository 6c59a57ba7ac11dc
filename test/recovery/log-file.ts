import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeProcess } from "@holdfast/testkit";

/** Where a frame lies in a segment of the log, bytes. */
export interface FramePlace {
  readonly offset: number;
  readonly length: number;
}

/** The newest segment of a stopped node's log, to be damaged as a disk would. */
export interface LogFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly frames: readonly FramePlace[];
  /** Writes `bytes` back. */
  save(): Promise<void>;
}

// As docs/on-disk-format.md has it.
export const SECTOR_BYTES = 512;
const MAGIC = "HFWL";
const MAGIC_AT = 4;
const PAYLOAD_LENGTH_AT = 24;
const HEADER_BYTES = 40;
const MARKER_BYTES = 1;

/** Reads the newest segment of the log of a node that does not run. */
export async function newestLogFile(node: NodeProcess): Promise<LogFile> {
  const directory = join(node.data, "wal");
  const names = (await readdir(directory)).filter((name) => /^[0-9a-f]{16}\.wal$/.test(name));
  const newest = names.sort().at(-1);
  if (newest === undefined) throw new Error(`${directory} holds no segment`);
  const path = join(directory, newest);
  const bytes = await readFile(path);
  return { path, bytes, frames: framesIn(bytes), save: () => writeFile(path, bytes) };
}

function framesIn(bytes: Buffer): readonly FramePlace[] {
  const frames: FramePlace[] = [];
  for (let offset = 0; isFrameAt(bytes, offset); offset += frames.at(-1)?.length ?? Infinity) {
    frames.push({ offset, length: frameBytes(bytes.readUInt32LE(offset + PAYLOAD_LENGTH_AT)) });
  }
  return frames;
}

function isFrameAt(bytes: Buffer, offset: number): boolean {
  const at = offset + MAGIC_AT;
  return bytes.subarray(at, at + MAGIC.length).toString("latin1") === MAGIC;
}

/** Whole sectors, each with a marker byte in front; the first has the header too. */
function frameBytes(payloadBytes: number): number {
  const beyondFirst = Math.max(0, payloadBytes - (SECTOR_BYTES - HEADER_BYTES));
  return SECTOR_BYTES * (1 + Math.ceil(beyondFirst / (SECTOR_BYTES - MARKER_BYTES)));
}

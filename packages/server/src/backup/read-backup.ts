import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { crc32c, FIRST_GROUP, messageOf, type Revision, type Row } from "@holdfast/base";
import { decodeMeta, rowLayout } from "@holdfast/state-machine";
import { RowStreamDecoder, SNAPSHOT_LIMITS, SnapshotCorruptError } from "@holdfast/storage";
import { BackupDamagedError } from "./backup-errors.ts";
import {
  BACKUP_VERSION,
  type BackupEnd,
  type BackupHead,
  BLOCK_BYTES,
  decodeEnd,
  decodeHead,
  HASH_BYTES,
  paddingBytes,
} from "./backup-format.ts";

/** What a snapshot's file holds, every byte of it checked. */
export interface BackupSummary extends BackupHead {
  /** Keys that existed. */
  readonly keys: number;
  readonly rows: number;
  /** The whole file. */
  readonly fileBytes: number;
  /** CRC-32C over its rows. */
  readonly crc: number;
}

export interface BackupReaders {
  /** Takes rows as they come, in the order of their keys; nothing more is read until it resolves. */
  rows?(rows: readonly Row[]): Promise<void>;
  /** Told how much of the file was read. */
  progress?(bytes: number, ofBytes: number): void;
}

/** Bytes read, and decoded, between two turns of the event loop. */
const READ_BYTES = 64 * 1024;

/**
 * Reads a whole file and checks all of it; what is told to `readers` before it resolves may still
 * turn out to be damaged.
 *
 * @throws BackupDamagedError
 */
export async function readBackup(
  path: string,
  readers: BackupReaders = {},
): Promise<BackupSummary> {
  const file = await opened(path);
  try {
    return await new BackupReading(path, file, readers).run();
  } finally {
    await file.close();
  }
}

class BackupReading {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #readers: BackupReaders;
  readonly #hash: Hash = createHash("sha256");
  readonly #layout = rowLayout(FIRST_GROUP);
  #at = 0;
  #fileBytes = 0;
  #rows = 0;
  #keys = 0;

  constructor(path: string, file: FileHandle, readers: BackupReaders) {
    this.#path = path;
    this.#file = file;
    this.#readers = readers;
  }

  async run(): Promise<BackupSummary> {
    this.#fileBytes = (await this.#file.stat()).size;
    const dataBytes = this.#fileBytes - HASH_BYTES;
    if (dataBytes < 2 * BLOCK_BYTES || dataBytes % BLOCK_BYTES !== 0) {
      throw this.#damaged(`it has ${this.#fileBytes} bytes: it was cut off, or is something else`);
    }
    const head = this.#headOf(await this.#take(BLOCK_BYTES));
    const end = decodeEnd(await this.#readAt(dataBytes - BLOCK_BYTES, BLOCK_BYTES));
    if (end === undefined || 2 * BLOCK_BYTES + padded(end.bytes) !== dataBytes) {
      throw this.#damaged("its last block is not what it was");
    }
    await this.#takeRows(end, head);
    await this.#take(paddingBytes(end.bytes) + BLOCK_BYTES);
    const told = await this.#readAt(this.#at, HASH_BYTES);
    if (!told.equals(this.#hash.digest())) throw this.#damaged("its hash is wrong");
    const { rows, crc } = end;
    return { ...head, keys: this.#keys, rows, crc, fileBytes: this.#fileBytes };
  }

  #headOf(bytes: Buffer): BackupHead {
    const head = decodeHead(bytes);
    if (head === undefined) throw this.#damaged("it does not begin as a snapshot does");
    if (typeof head !== "number") return head;
    throw this.#damaged(
      `it has version ${head}, known is ${BACKUP_VERSION}: use the newer software that wrote it`,
    );
  }

  async #takeRows(end: BackupEnd, head: BackupHead): Promise<void> {
    const decoder = new RowStreamDecoder(SNAPSHOT_LIMITS.rowBytesMax);
    let crc = 0;
    for (let left = end.bytes; left > 0; ) {
      const piece = await this.#take(Math.min(left, READ_BYTES));
      left -= piece.length;
      crc = crc32c(piece, 0, piece.length, crc);
      const rows = this.#decoded(decoder, piece);
      this.#note(rows, head);
      await this.#readers.rows?.(rows);
    }
    if (!decoder.isBetweenRows || this.#rows !== end.rows || crc !== end.crc) {
      throw this.#damaged("its rows are not those that were written");
    }
  }

  #decoded(decoder: RowStreamDecoder, piece: Buffer): readonly Row[] {
    try {
      return decoder.push(piece);
    } catch (failure) {
      if (!(failure instanceof SnapshotCorruptError)) throw failure;
      throw this.#damaged("its rows cannot be read", failure);
    }
  }

  #note(rows: readonly Row[], head: BackupHead): void {
    const { metaKey, currentPrefix, currentEnd } = this.#layout;
    this.#rows += rows.length;
    for (const { key, value } of rows) {
      if (key >= currentPrefix && key < currentEnd) this.#keys++;
      if (key === metaKey && this.#revisionIn(value) !== head.revision) {
        throw this.#damaged("its first block tells of another state");
      }
    }
  }

  #revisionIn(meta: Uint8Array): Revision {
    try {
      return decodeMeta(meta).revision;
    } catch (failure) {
      throw this.#damaged(messageOf(failure), failure);
    }
  }

  /** The next bytes of the file, which count for its hash. */
  async #take(bytes: number): Promise<Buffer> {
    const taken = await this.#readAt(this.#at, bytes);
    this.#at += bytes;
    this.#hash.update(taken);
    this.#readers.progress?.(this.#at, this.#fileBytes);
    return taken;
  }

  async #readAt(position: number, bytes: number): Promise<Buffer> {
    const buffer = Buffer.alloc(bytes);
    for (let filled = 0; filled < bytes; ) {
      const { bytesRead } = await this.#file.read(
        buffer,
        filled,
        bytes - filled,
        position + filled,
      );
      if (bytesRead === 0) throw this.#damaged("it ends too early");
      filled += bytesRead;
    }
    return buffer;
  }

  #damaged(found: string, cause?: unknown): BackupDamagedError {
    return new BackupDamagedError(`${this.#path}: ${found}`, { cause });
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (failure) {
    throw new BackupDamagedError(`${path} cannot be read: ${messageOf(failure)}`, {
      cause: failure,
    });
  }
}

function padded(rowBytes: number): number {
  return rowBytes + paddingBytes(rowBytes);
}

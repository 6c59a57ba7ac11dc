import { createHash } from "node:crypto";
import type { FrozenState } from "@holdfast/replica";
import { encodeEnd, encodeHead, paddingBytes } from "./backup-format.ts";

/** A part of a snapshot's file, as etcd sends it. */
export interface BackupPart {
  readonly blob: Uint8Array;
  /** What follows, the hash not counted: an estimate that only falls, and 0 no sooner than at the end. */
  readonly remainingBytes: number;
}

/** No part is larger; etcd's are as large. */
const PART_BYTES_MAX = 32 * 1024;

/**
 * The file of a frozen state, from its first byte to its last (docs/snapshot-file-format.md). The hash is a
 * part of its own, which etcd's clients compute nothing of, but append.
 */
export async function* backupParts(
  frozen: FrozenState,
  whose: { readonly clusterId: number; readonly memberId: number },
): AsyncGenerator<BackupPart> {
  const hash = createHash("sha256");
  let sent = 0;
  let remainingBytes = Number.POSITIVE_INFINITY;
  const part = (blob: Uint8Array, isLast = false): BackupPart => {
    hash.update(blob);
    sent += blob.length;
    const estimate = Math.max(1, frozen.approximateBytes - sent);
    remainingBytes = isLast ? 0 : Math.min(remainingBytes, estimate);
    return { blob, remainingBytes };
  };
  yield part(encodeHead({ ...whose, ...headOf(frozen) }));
  while (true) {
    const { bytes, crc, end } = await frozen.next();
    for (let from = 0; from < bytes.length; from += PART_BYTES_MAX) {
      yield part(bytes.subarray(from, from + PART_BYTES_MAX));
    }
    if (end === undefined) continue;
    const last = [Buffer.alloc(paddingBytes(end.bytes)), encodeEnd({ ...end, crc })];
    yield part(Buffer.concat(last), true);
    yield { blob: hash.digest(), remainingBytes: 0 };
    return;
  }
}

function headOf(
  frozen: FrozenState,
): Omit<Parameters<typeof encodeHead>[0], "clusterId" | "memberId"> {
  const { appliedIndex, appliedTerm, revision, compactRevision } = frozen;
  return { appliedIndex, appliedTerm, revision, compactRevision };
}

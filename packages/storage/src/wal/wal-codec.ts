import {
  type ClusterId,
  emptyBytes,
  fromByteString,
  type GroupId,
  type LogIndex,
  type MemberId,
  type Term,
  toByteString,
} from "@holdfast/base";
import { PayloadEndsError, type SectorReader, type SectorWriter } from "./sectors.ts";
import type { WalEntry, WalGroupHead, WalHardState, WalWrite } from "./wal-records.ts";

/** A group's state at the start of a segment: its head, and where its entries end. */
export interface SegmentGroup {
  readonly head: WalGroupHead;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
}

export interface SegmentRecord {
  /** The size of the file, so that one that was cut off is noticed. */
  readonly segmentBytes: number;
  readonly groups: readonly SegmentGroup[];
}

const HAS = { hardState: 1, entries: 2, compact: 4, birth: 8, reset: 16 } as const;
const ENTRY_KINDS = [
  "noop",
  "commands",
  "membership",
] as const satisfies readonly WalEntry["kind"][];
const ENTRY_HEADER_BYTES = 1 + 8 + 4;
const HARD_STATE_BYTES = 24;

/** The payload bytes of one write. */
export function writeBytes(write: WalWrite): number {
  let bytes = 4 + 1;
  if (write.birth !== undefined) bytes += 8 + 4 + write.birth.membership.length;
  if (write.reset !== undefined) {
    bytes += 16 + 4 + write.reset.membership.length + 2 + write.reset.stateDirectory.length;
  }
  if (write.hardState !== undefined) bytes += HARD_STATE_BYTES;
  if (write.entries !== undefined && write.entries.length > 0) {
    bytes += 12;
    for (const entry of write.entries) bytes += ENTRY_HEADER_BYTES + entry.payload.length;
  }
  if (write.compact !== undefined) bytes += 16 + 4 + write.compact.membership.length;
  return bytes;
}

export function encodeWrite(out: SectorWriter, write: WalWrite): void {
  const { birth, reset, hardState, entries = [], compact } = write;
  const first = entries[0];
  out.u32(write.group);
  out.u8(
    (birth === undefined ? 0 : HAS.birth) |
      (reset === undefined ? 0 : HAS.reset) |
      (hardState === undefined ? 0 : HAS.hardState) |
      (first === undefined ? 0 : HAS.entries) |
      (compact === undefined ? 0 : HAS.compact),
  );
  if (birth !== undefined) {
    out.u64(birth.clusterId);
    putBlock(out, birth.membership);
  }
  if (reset !== undefined) {
    putCompacted(out, reset);
    putText(out, reset.stateDirectory);
  }
  if (hardState !== undefined) putHardState(out, hardState);
  if (first !== undefined) {
    out.u64(first.index);
    out.u32(entries.length);
    for (const entry of entries) putEntry(out, entry);
  }
  if (compact !== undefined) putCompacted(out, compact);
}

/**
 * Reads one write back. Payloads of entries that `wants` refuses stay empty and
 * are not copied.
 */
export function decodeWrite(input: SectorReader, wants: (entry: WalEntry) => boolean): WalWrite {
  const group: GroupId = input.u32();
  const has = input.u8();
  if (has > 31) throw new PayloadEndsError(`a write has unknown parts (${has})`);
  return {
    group,
    ...((has & HAS.birth) !== 0 && {
      birth: { clusterId: input.u64() as ClusterId, membership: getBlock(input) },
    }),
    ...((has & HAS.reset) !== 0 && {
      reset: { ...getCompacted(input), stateDirectory: getText(input) },
    }),
    ...((has & HAS.hardState) !== 0 && { hardState: getHardState(input) }),
    ...((has & HAS.entries) !== 0 && { entries: getEntries(input, wants) }),
    ...((has & HAS.compact) !== 0 && { compact: getCompacted(input) }),
  };
}

export function segmentRecordBytes(record: SegmentRecord): number {
  let bytes = 8 + 4;
  for (const { head } of record.groups) {
    bytes += 4 + 8 + HARD_STATE_BYTES + 16 + 4 + head.membership.length;
    bytes += 2 + head.stateDirectory.length + 16;
  }
  return bytes;
}

export function encodeSegmentRecord(out: SectorWriter, record: SegmentRecord): void {
  out.u64(record.segmentBytes);
  out.u32(record.groups.length);
  for (const { head, lastIndex, lastTerm } of record.groups) {
    out.u32(head.group);
    out.u64(head.clusterId ?? 0);
    putHardState(out, head.hardState);
    putCompacted(out, { ...head.compacted, membership: head.membership });
    putText(out, head.stateDirectory);
    out.u64(lastIndex);
    out.u64(lastTerm);
  }
}

export function decodeSegmentRecord(input: SectorReader): SegmentRecord {
  const segmentBytes = input.u64();
  const count = input.u32();
  const groups: SegmentGroup[] = [];
  for (let at = 0; at < count; at++) groups.push(getSegmentGroup(input));
  return { segmentBytes, groups };
}

function getSegmentGroup(input: SectorReader): SegmentGroup {
  const group: GroupId = input.u32();
  const clusterId = input.u64();
  const hardState = getHardState(input);
  const { membership, ...compacted } = getCompacted(input);
  const stateDirectory = getText(input);
  const known = clusterId === 0 ? undefined : (clusterId as ClusterId);
  return {
    head: { group, clusterId: known, hardState, compacted, membership, stateDirectory },
    lastIndex: input.u64(),
    lastTerm: input.u64(),
  };
}

function putEntry(out: SectorWriter, entry: WalEntry): void {
  out.u8(ENTRY_KINDS.indexOf(entry.kind) + 1);
  out.u64(entry.term);
  putBlock(out, entry.payload);
}

function getEntries(input: SectorReader, wants: (entry: WalEntry) => boolean): WalEntry[] {
  const first = input.u64();
  const count = input.u32();
  const entries: WalEntry[] = [];
  for (let at = 0; at < count; at++) {
    const kind = ENTRY_KINDS[input.u8() - 1];
    if (kind === undefined) throw new PayloadEndsError("an entry has an unknown kind");
    const entry: WalEntry = { index: first + at, term: input.u64(), kind, payload: emptyBytes() };
    const length = input.u32();
    if (wants(entry)) entries.push({ ...entry, payload: input.block(length) });
    else {
      input.skip(length);
      entries.push(entry);
    }
  }
  return entries;
}

function putHardState(out: SectorWriter, hardState: WalHardState): void {
  out.u64(hardState.term);
  out.u64(hardState.vote ?? 0);
  out.u64(hardState.commit);
}

function getHardState(input: SectorReader): WalHardState {
  const term = input.u64();
  const vote = input.u64();
  return { term, vote: vote === 0 ? undefined : (vote as MemberId), commit: input.u64() };
}

function putCompacted(
  out: SectorWriter,
  compacted: { readonly index: LogIndex; readonly term: Term; readonly membership: Uint8Array },
): void {
  out.u64(compacted.index);
  out.u64(compacted.term);
  putBlock(out, compacted.membership);
}

function getCompacted(input: SectorReader): {
  readonly index: LogIndex;
  readonly term: Term;
  readonly membership: Uint8Array;
} {
  return { index: input.u64(), term: input.u64(), membership: getBlock(input) };
}

function putBlock(out: SectorWriter, block: Uint8Array): void {
  out.u32(block.length);
  out.block(block);
}

function getBlock(input: SectorReader): Uint8Array {
  return input.block(input.u32());
}

/** Names of directories, which are ours and plain ASCII. */
function putText(out: SectorWriter, text: string): void {
  out.u16(text.length);
  out.block(fromByteString(text));
}

function getText(input: SectorReader): string {
  return toByteString(input.block(input.u16()));
}

import { type MemberId, type StoreId, toByteString } from "@holdfast/base";
import type {
  Effects,
  Entry,
  EntryId,
  HardState,
  MemberProfile,
  Membership,
  MembershipCodec,
  Restored,
} from "../src/index.ts";

export const jsonMembershipCodec: MembershipCodec = {
  encode: (membership) => Uint8Array.from(JSON.stringify(membership), (c) => c.charCodeAt(0)),
  decode: (bytes) => JSON.parse(toByteString(bytes)) as Membership,
};

/** What survives a crash of one member: exactly what its core was told is durable. */
export interface Disk {
  hardState: HardState;
  entries: Entry[];
  compacted: EntryId;
  /** The configuration at the compacted index. */
  base: Membership;
}

export function profileOf(id: MemberId): MemberProfile {
  const storeId = `${id}` as StoreId;
  return { id, name: `n${id}`, storeId, peerAddress: "", clientAddress: "" };
}

export function emptyDisk(base: Membership): Disk {
  return {
    base,
    hardState: { term: 0, vote: undefined, commit: 0 },
    entries: [],
    compacted: { index: 0, term: 0 },
  };
}

export function writeTo(disk: Disk, write: NonNullable<Effects["persist"]>): void {
  if (write.hardState !== undefined) disk.hardState = write.hardState;
  const { install } = write;
  if (install !== undefined) {
    disk.compacted = install.last;
    disk.base = install.membership;
    disk.entries = [];
  }
  for (const entry of write.entries) {
    disk.entries = disk.entries.filter(({ index }) => index < entry.index);
    disk.entries.push(entry);
  }
  const { compact } = write;
  if (compact === undefined) return;
  disk.compacted = compact.upTo;
  disk.base = compact.membership;
  disk.entries = disk.entries.filter(({ index }) => index > compact.upTo.index);
}

/** What a core begins with on this disk. */
export function restore(disk: Disk): Restored {
  const termRuns: [number, number][] = [];
  for (const { index, term } of disk.entries) {
    if (termRuns.at(-1)?.[1] !== term) termRuns.push([index, term]);
  }
  return {
    hardState: disk.hardState,
    log: {
      compacted: disk.compacted,
      termRuns,
      lastIndex: disk.entries.at(-1)?.index ?? disk.compacted.index,
      commit: Math.max(disk.hardState.commit, disk.compacted.index),
    },
    membership: disk.base,
    memberships: disk.entries
      .filter(({ kind }) => kind === "membership")
      .map(({ index, payload }) => ({ index, membership: jsonMembershipCodec.decode(payload) })),
  };
}

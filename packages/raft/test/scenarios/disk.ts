import { assert, type LogIndex, toByteString } from "@holdfast/base";
import {
  type Effects,
  type Entry,
  type EntryId,
  entryBytes,
  type Fetch,
  type HardState,
  type Membership,
  type MembershipCodec,
  NO_ENTRY,
  NO_HARD_STATE,
  type Restored,
} from "../../src/index.ts";

export type Write = NonNullable<Effects["persist"]>;

/** Readable, as nothing here is measured. */
export const membershipCodec: MembershipCodec = {
  encode: (membership) => bytesOf(JSON.stringify(membership)),
  decode: (bytes) => JSON.parse(toByteString(bytes)) as Membership,
};

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** What one member would find after a crash. */
export class Disk {
  hardState: HardState = NO_HARD_STATE;
  compacted: EntryId = NO_ENTRY;
  /** The configuration at the compacted index. */
  base: Membership;
  entries: Entry[] = [];
  /** The state machine is durable up to here. */
  stateIndex: LogIndex = 0;

  constructor(base: Membership) {
    this.base = base;
  }

  /** A whole write becomes durable. */
  take(write: Write): void {
    if (write.hardState !== undefined) this.hardState = write.hardState;
    if (write.install !== undefined) {
      this.compacted = write.install.last;
      this.base = write.install.membership;
      this.entries = [];
      this.stateIndex = write.install.last.index;
    }
    const first = write.entries[0];
    if (first !== undefined) {
      this.entries = this.entries.filter(({ index }) => index < first.index);
      this.entries.push(...write.entries);
    }
    const { compact } = write;
    if (compact === undefined) return;
    assert(compact.upTo.index <= this.stateIndex, "only a log whose state is durable is compacted");
    this.compacted = compact.upTo;
    this.base = compact.membership;
    this.entries = this.entries.filter(({ index }) => index > compact.upTo.index);
  }

  entryAt(index: LogIndex): Entry | undefined {
    return this.entries.find((entry) => entry.index === index);
  }

  holds({ index, term }: EntryId): boolean {
    return index <= this.compacted.index || this.entryAt(index)?.term === term;
  }

  /** As a driver reads for a fetch: at least one entry, or `undefined` if the log begins later. */
  read({ from, to, bytesMax }: Pick<Fetch, "from" | "to" | "bytesMax">): Entry[] | undefined {
    if (from <= this.compacted.index) return undefined;
    let bytes = 0;
    const range = this.entries.filter(({ index }) => index >= from && index <= to);
    return range.filter((entry, at) => {
      bytes += entryBytes(entry);
      return at === 0 || bytes <= bytesMax;
    });
  }

  /** What a core begins with. */
  restore(): Restored {
    const termRuns: [LogIndex, number][] = [];
    for (const { index, term } of this.entries) {
      if (termRuns.at(-1)?.[1] !== term) termRuns.push([index, term]);
    }
    return {
      hardState: this.hardState,
      log: {
        compacted: this.compacted,
        termRuns,
        lastIndex: this.entries.at(-1)?.index ?? this.compacted.index,
        commit: Math.max(this.hardState.commit, this.stateIndex),
      },
      membership: this.base,
      memberships: this.entries
        .filter(({ kind }) => kind === "membership")
        .map(({ index, payload }) => ({ index, membership: membershipCodec.decode(payload) })),
    };
  }
}

import type { LogIndex, Term } from "@holdfast/base";
import {
  type Entry,
  type EntryId,
  entryBytes,
  type HardState,
  type Membership,
  type MembershipCodec,
  NO_ENTRY,
  NO_HARD_STATE,
  NO_MEMBERSHIP,
  type PersistBatch,
} from "@holdfast/raft";
import { require } from "../violation.ts";

export interface DatedMembership {
  readonly index: LogIndex;
  readonly membership: Membership;
}

/** What one log says when it is read from its start: the sum of the steps written to it. */
export class LogImage {
  readonly #codec: MembershipCodec;
  #hardState: HardState = NO_HARD_STATE;
  #compacted: EntryId = NO_ENTRY;
  #entries: Entry[] = [];
  /** The configuration at the compacted index, then those of membership entries. */
  #memberships: DatedMembership[] = [{ index: 0, membership: NO_MEMBERSHIP }];
  #stateDirectory = 0;

  constructor(codec: MembershipCodec) {
    this.#codec = codec;
  }

  static born(codec: MembershipCodec, membership: Membership): LogImage {
    const image = new LogImage(codec);
    image.#memberships = [{ index: 0, membership }];
    return image;
  }

  copy(): LogImage {
    const copy = new LogImage(this.#codec);
    copy.#hardState = this.#hardState;
    copy.#compacted = this.#compacted;
    copy.#entries = [...this.#entries];
    copy.#memberships = [...this.#memberships];
    copy.#stateDirectory = this.#stateDirectory;
    return copy;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get compacted(): EntryId {
    return this.#compacted;
  }

  get lastIndex(): LogIndex {
    return this.#compacted.index + this.#entries.length;
  }

  /** Which of a store's states goes with this log (decision 9). */
  get stateDirectory(): number {
    return this.#stateDirectory;
  }

  get baseMembership(): Membership {
    return this.#memberships[0]?.membership ?? NO_MEMBERSHIP;
  }

  /** The membership entries behind the compacted index. */
  get memberships(): readonly DatedMembership[] {
    return this.#memberships.slice(1);
  }

  /** The configuration in force at the end of the log. */
  get effective(): DatedMembership {
    return this.#memberships.at(-1) ?? { index: 0, membership: NO_MEMBERSHIP };
  }

  /** The configuration in force at `index`, and where it stands in the log. */
  datedMembershipAt(index: LogIndex): DatedMembership {
    const dated = this.#memberships.findLast((one) => one.index <= index);
    return dated ?? { index: 0, membership: NO_MEMBERSHIP };
  }

  membershipAt(index: LogIndex): Membership {
    return this.datedMembershipAt(index).membership;
  }

  /** `undefined`: compacted away, or beyond the end. */
  termAt(index: LogIndex): Term | undefined {
    if (index === this.#compacted.index) return this.#compacted.term;
    return this.#entries[index - this.#compacted.index - 1]?.term;
  }

  entryAt(index: LogIndex): Entry | undefined {
    return this.#entries[index - this.#compacted.index - 1];
  }

  /** Entries as far as `bytesMax` allows, at least one; `undefined` if `from` is compacted away. */
  read(from: LogIndex, to: LogIndex, bytesMax: number): readonly Entry[] | undefined {
    if (from <= this.#compacted.index) return undefined;
    const found: Entry[] = [];
    let bytes = 0;
    for (let index = from; index <= to; index++) {
      const entry = this.entryAt(index);
      if (entry === undefined) break;
      bytes += entryBytes(entry);
      if (found.length > 0 && bytes > bytesMax) break;
      found.push(entry);
    }
    return found;
  }

  termRuns(): readonly (readonly [LogIndex, Term])[] {
    const runs: [LogIndex, Term][] = [];
    for (const { index, term } of this.#entries) {
      if (runs.at(-1)?.[1] !== term) runs.push([index, term]);
    }
    return runs;
  }

  /** Takes one step of the log: the newest entry of an index counts, and nothing behind it (decision 7). */
  take({ hardState, entries, compact, install }: PersistBatch): void {
    if (hardState !== undefined) this.#hardState = hardState;
    if (install !== undefined) {
      this.#entries = [];
      this.#compacted = install.last;
      this.#memberships = [{ index: install.last.index, membership: install.membership }];
      this.#stateDirectory++;
    }
    for (const entry of entries) this.#append(entry);
    if (compact !== undefined) this.#compact(compact.upTo, compact.membership);
  }

  #append(entry: Entry): void {
    const place = entry.index - this.#compacted.index - 1;
    require(place >= 0 && place <= this.#entries.length, "log", () =>
      `entry ${entry.term}/${entry.index} is written behind ${this.lastIndex}, and ${this.#compacted.index} is compacted`);
    if (place < this.#entries.length) {
      this.#entries.length = place;
      this.#memberships = this.#memberships.filter(
        ({ index }, at) => at === 0 || index < entry.index,
      );
    }
    this.#entries.push(entry);
    if (entry.kind !== "membership") return;
    const { index, payload } = entry;
    this.#memberships.push({ index, membership: this.#codec.decode(payload) });
  }

  #compact(upTo: EntryId, membership: Membership): void {
    require(this.termAt(upTo.index) === upTo.term, "log", () =>
      `compaction up to ${upTo.term}/${upTo.index}, where the log has term ${this.termAt(upTo.index)}`);
    this.#entries.splice(0, upTo.index - this.#compacted.index);
    this.#compacted = upTo;
    this.#memberships = [
      { index: upTo.index, membership },
      ...this.#memberships.filter(({ index }, at) => at > 0 && index > upTo.index),
    ];
  }
}

import { emptyBytes, type GroupId, type LogIndex, type Term } from "@holdfast/base";
import type { SegmentGroup } from "./wal-codec.ts";
import type { WalEntry, WalGroupHead, WalWrite } from "./wal-records.ts";

/** The directory of the applied state before any snapshot was installed. */
export const FIRST_STATE_DIRECTORY = "state.1";

/** The head of a group of which the log holds nothing yet. */
export function unbornHead(group: GroupId): WalGroupHead {
  return {
    group,
    clusterId: undefined,
    hardState: { term: 0, vote: undefined, commit: 0 },
    compacted: { index: 0, term: 0 },
    membership: emptyBytes(),
    stateDirectory: FIRST_STATE_DIRECTORY,
  };
}

/**
 * What the writes of one group add up to. The same rules hold for what is about
 * to be written and for what is read back, so a log that was written can be read.
 */
export class GroupState {
  #head: WalGroupHead;
  #lastIndex: LogIndex;
  #lastTerm: Term;
  /** The first index whose entry was seen; entries below it lie in segments that are gone. */
  #firstKnown: LogIndex;
  #runs: (readonly [LogIndex, Term])[] = [];
  #memberships: WalEntry[] = [];

  constructor(start: SegmentGroup) {
    this.#head = start.head;
    this.#lastIndex = start.lastIndex;
    this.#lastTerm = start.lastTerm;
    this.#firstKnown = start.lastIndex + 1;
  }

  static unborn(group: GroupId): GroupState {
    return new GroupState({ head: unbornHead(group), lastIndex: 0, lastTerm: 0 });
  }

  clone(): GroupState {
    const copy = new GroupState(this.segmentGroup());
    copy.#firstKnown = this.#firstKnown;
    copy.#runs = [...this.#runs];
    copy.#memberships = [...this.#memberships];
    return copy;
  }

  get head(): WalGroupHead {
    return this.#head;
  }

  get lastIndex(): LogIndex {
    return this.#lastIndex;
  }

  get termRuns(): readonly (readonly [LogIndex, Term])[] {
    return this.#runs;
  }

  get memberships(): readonly WalEntry[] {
    return this.#memberships;
  }

  segmentGroup(): SegmentGroup {
    return { head: this.#head, lastIndex: this.#lastIndex, lastTerm: this.#lastTerm };
  }

  /** Whether the entries behind `compacted` are all there. */
  hole(): string | undefined {
    const needed = this.#head.compacted.index + 1;
    if (this.#lastIndex < needed || this.#firstKnown <= needed) return undefined;
    return `entries ${needed} to ${this.#firstKnown - 1} of group ${this.#head.group} are missing`;
  }

  /** Takes one write in; answers which rule it breaks, if it does, and is then of no further use. */
  apply(write: WalWrite): string | undefined {
    return (
      this.#applyBirth(write.birth) ??
      this.#applyReset(write.reset) ??
      this.#applyHardState(write.hardState) ??
      this.#applyEntries(write.entries ?? []) ??
      this.#applyCompact(write.compact)
    );
  }

  #applyBirth(birth: WalWrite["birth"]): string | undefined {
    if (birth === undefined) return undefined;
    if (this.#head.clusterId !== undefined) return "a store is born twice";
    this.#head = { ...this.#head, clusterId: birth.clusterId, membership: birth.membership };
    return undefined;
  }

  #applyReset(reset: WalWrite["reset"]): string | undefined {
    if (reset === undefined) return undefined;
    const { index, term, membership, stateDirectory } = reset;
    if (index < this.#head.compacted.index) {
      return `a reset to ${index} goes back behind ${this.#head.compacted.index}`;
    }
    this.#head = { ...this.#head, compacted: { index, term }, membership, stateDirectory };
    this.#lastIndex = index;
    this.#lastTerm = term;
    this.#firstKnown = index + 1;
    this.#runs = [];
    this.#memberships = [];
    return undefined;
  }

  #applyHardState(hardState: WalWrite["hardState"]): string | undefined {
    if (hardState === undefined) return undefined;
    const { term } = this.#head.hardState;
    if (hardState.term < term) return `the term falls from ${term} to ${hardState.term}`;
    this.#head = { ...this.#head, hardState };
    return undefined;
  }

  #applyEntries(entries: readonly WalEntry[]): string | undefined {
    const first = entries[0];
    if (first === undefined) return undefined;
    if (first.index <= this.#head.compacted.index) {
      return `entry ${first.index} lies in what is compacted to ${this.#head.compacted.index}`;
    }
    if (first.index > this.#lastIndex + 1) {
      return `entry ${first.index} follows ${this.#lastIndex} with a gap`;
    }
    if (first.index <= this.#lastIndex) this.#cutFrom(first.index);
    for (const entry of entries) {
      if (entry.index !== this.#lastIndex + 1) {
        return `entry ${entry.index} follows ${this.#lastIndex} inside one write`;
      }
      if (entry.term < this.#lastTerm) {
        return `the term of entry ${entry.index} falls from ${this.#lastTerm} to ${entry.term}`;
      }
      this.#append(entry);
    }
    return undefined;
  }

  #append(entry: WalEntry): void {
    if (this.#runs.at(-1)?.[1] !== entry.term) this.#runs.push([entry.index, entry.term]);
    if (entry.kind === "membership") this.#memberships.push(entry);
    this.#lastIndex = entry.index;
    this.#lastTerm = entry.term;
  }

  #cutFrom(index: LogIndex): void {
    while ((this.#runs.at(-1)?.[0] ?? 0) >= index) this.#runs.pop();
    while ((this.#memberships.at(-1)?.index ?? 0) >= index) this.#memberships.pop();
    this.#firstKnown = Math.min(this.#firstKnown, index);
    this.#lastIndex = index - 1;
    const { compacted } = this.#head;
    this.#lastTerm = this.#runs.at(-1)?.[1] ?? (index - 1 === compacted.index ? compacted.term : 0);
  }

  #applyCompact(compact: WalWrite["compact"]): string | undefined {
    if (compact === undefined) return undefined;
    const { index, term, membership } = compact;
    if (index < this.#head.compacted.index) {
      return `a compaction to ${index} goes back behind ${this.#head.compacted.index}`;
    }
    if (index > this.#lastIndex) {
      return `a compaction to ${index} goes beyond the last entry, ${this.#lastIndex}`;
    }
    const known = this.#termAt(index);
    if (known !== undefined && known !== term) {
      return `a compaction to ${index} names term ${term}, the entry has ${known}`;
    }
    this.#head = { ...this.#head, compacted: { index, term }, membership };
    this.#dropTo(index);
    return undefined;
  }

  #dropTo(index: LogIndex): void {
    while ((this.#runs[1]?.[0] ?? Number.POSITIVE_INFINITY) <= index + 1) this.#runs.shift();
    const first = this.#runs[0];
    if (this.#lastIndex === index) this.#runs = [];
    else if (first !== undefined && first[0] <= index) this.#runs[0] = [index + 1, first[1]];
    this.#memberships = this.#memberships.filter((entry) => entry.index > index);
  }

  /** `undefined` where the entry is not known, having been in a segment that is gone. */
  #termAt(index: LogIndex): Term | undefined {
    const { compacted } = this.#head;
    if (index === compacted.index) return compacted.term;
    if (index < this.#firstKnown) return undefined;
    let term: Term | undefined;
    for (const [first, ofRun] of this.#runs) {
      if (first > index) break;
      term = ofRun;
    }
    return term;
  }
}

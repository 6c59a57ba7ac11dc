import type { LogIndex, MemberId, Term } from "@holdfast/base";
import type { Entry, Membership, MembershipCodec, RaftStatus } from "@holdfast/raft";
import type { LogDisk } from "../disk/log-disk.ts";
import type { Life } from "../node/life.ts";
import { require } from "../violation.ts";
import { contentOf } from "./entry-book.ts";

interface Committed {
  readonly term: Term;
  readonly content: number;
}

interface Reached {
  /** Of the leader that committed it. */
  readonly term: Term;
  readonly index: LogIndex;
}

/**
 * The one log that is committed: nobody commits another entry at an index (I5),
 * what is committed is on the disks of a quorum at that moment (I6), and every
 * later leader has it (I4).
 */
export class CommittedLog {
  readonly #codec: MembershipCodec;
  readonly #diskOf: (member: MemberId) => LogDisk | undefined;
  readonly #entries: (Committed | undefined)[] = [];
  readonly #reached: Reached[] = [];
  readonly #memberships: { readonly index: LogIndex; readonly membership: Membership }[] = [];
  #last: LogIndex = 0;

  constructor(codec: MembershipCodec, diskOf: (member: MemberId) => LogDisk | undefined) {
    this.#codec = codec;
    this.#diskOf = diskOf;
  }

  /** The highest index that is committed anywhere. */
  get last(): LogIndex {
    return this.#last;
  }

  /** The committed configurations, the first one excepted. */
  get memberships(): readonly { readonly index: LogIndex; readonly membership: Membership }[] {
    return this.#memberships;
  }

  /** The committed configuration in force at an index; `undefined`: the first one. */
  membershipAt(at: LogIndex): Membership | undefined {
    return this.#memberships.findLast(({ index }) => index <= at)?.membership;
  }

  /** What is committed at an index; the operation's number where it is a command. */
  contentAt(index: LogIndex): number | undefined {
    return this.#entries[index]?.content;
  }

  termAt(index: LogIndex): Term | undefined {
    return index === 0 ? 0 : this.#entries[index]?.term;
  }

  /** The life's commit index has moved, or it began with one. */
  commits(life: Life, from: LogIndex, before: RaftStatus): void {
    const { status, log, machine } = life;
    const isNews = status.commit > this.#last;
    for (let index = Math.max(from, log.compacted.index) + 1; index <= status.commit; index++) {
      const entry = log.entryAt(index);
      require(entry !== undefined, "I5", () =>
        `node ${machine.slot} commits ${index} and lacks it`);
      this.#commit(life, entry);
    }
    this.#last = Math.max(this.#last, status.commit);
    if (!isNews) return;
    require(status.role !== "follower" || before.role !== "follower", "I6", () =>
      `node ${machine.slot} commits ${status.commit} as a follower, before any leader`);
    this.#reach({ term: status.term, index: status.commit });
    if (status.role === "leader") this.#checkDurable(life, before);
  }

  /** A leader of a later term has everything that was committed in earlier ones. */
  leads({ status, log, machine }: Life): void {
    const earlier = this.#reached.findLast(({ term }) => term < status.term);
    if (earlier === undefined) return;
    const { index } = earlier;
    if (log.compacted.index >= index) return;
    require(log.termAt(index) === this.termAt(index), "I4", () =>
      `node ${machine.slot} leads term ${status.term} without ${this.termAt(index)}/${index}, committed in term ${earlier.term}`);
  }

  #commit({ machine }: Life, entry: Entry): void {
    const { index, term } = entry;
    const known = this.#entries[index];
    const content = contentOf(entry);
    if (known !== undefined) {
      require(known.term === term && known.content === content, "I5", () =>
        `node ${machine.slot} commits ${term}/${index}, but ${known.term}/${index} was committed`);
      return;
    }
    this.#entries[index] = { term, content };
    if (entry.kind !== "membership") return;
    this.#memberships.push({ index, membership: this.#codec.decode(entry.payload) });
  }

  #reach(reached: Reached): void {
    const last = this.#reached.at(-1);
    if (last !== undefined && last.term >= reached.term) this.#reached.pop();
    const term = Math.max(reached.term, last?.term ?? 0);
    this.#reached.push({ term, index: reached.index });
  }

  #checkDurable({ status, machine, log }: Life, before: RaftStatus): void {
    const index = status.commit;
    const term = log.termAt(index);
    // A turn may commit under one configuration and append the next; either may be the one that counted.
    const holds =
      this.#isDurable(status.membership, index, term) ||
      this.#isDurable(before.membership, index, term);
    require(holds, "I6", () =>
      `leader ${machine.slot} commits ${term}/${index}, which is not on the disks of a quorum`);
  }

  #isDurable({ voters, outgoing }: Membership, index: LogIndex, term: Term | undefined): boolean {
    return [voters, outgoing].every((half) => {
      const holding = half.filter((id) => {
        const durable = this.#diskOf(id)?.durable;
        if (durable === undefined) return false;
        return durable.compacted.index >= index || durable.termAt(index) === term;
      });
      return half.length === 0 || holding.length > half.length / 2;
    });
  }
}

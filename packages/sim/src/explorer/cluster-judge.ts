import type { LogIndex, Term } from "@holdfast/base";
import type { Membership } from "@holdfast/raft";
import { require } from "../violation.ts";
import type { CommittedEntry, History } from "./history.ts";
import type { LogBook, LogId } from "./log-book.ts";
import type { MemberState, MemberStep } from "./member-book.ts";
import type { MessageBook } from "./message-book.ts";

/** A member has taken a step; all members as they are after it, and it as it was before. */
export interface Moved {
  readonly members: readonly MemberState[];
  readonly before: MemberState;
  readonly after: MemberState;
  readonly step: MemberStep;
}

/** Judges what takes more than one member to see, and answers what is to be remembered. */
export class ClusterJudge {
  readonly #logs: LogBook;
  readonly #messages: MessageBook;

  constructor(logs: LogBook, messages: MessageBook) {
    this.#logs = logs;
    this.#messages = messages;
  }

  judge(moved: Moved, history: History): History {
    const { before, after, step } = moved;
    const logMoved = before.log !== after.log || before.durable !== after.durable;
    if (logMoved) this.#checkMatching(moved);
    if (step.sent.length > 0) this.#checkAcknowledgements(moved);
    let next = history;
    for (const term of step.leads) next = this.#leads(after, term, next);
    const crashed = before.life !== after.life;
    if (crashed && history.reads.length > 0) {
      next = { ...next, reads: next.reads.filter(({ member }) => member !== after.id) };
    }
    const committed = after.commit > (crashed ? 0 : before.commit);
    if (committed) next = this.#commits(moved, crashed, next);
    if (logMoved || next.committed !== history.committed) this.#checkElectable(moved, next);
    if (step.readsReady.length > 0) next = this.#readsReady(moved, next);
    return next;
  }

  #checkMatching({ members, after }: Moved): void {
    for (const other of members) {
      for (const [own, others] of [
        [after.log, other.log],
        [after.log, other.durable],
        [after.durable, other.log],
        [after.durable, other.durable],
      ] as const) {
        require(this.#logs.match(own, others), "I3", () =>
          `nodes ${after.id} and ${other.id} have the same entry behind different ones`);
      }
    }
  }

  /** What a follower says to hold is what its leader has there (I9). */
  #checkAcknowledgements({ members, after, step }: Moved): void {
    for (const id of step.sent) {
      const message = this.#messages.at(id);
      if (message.kind !== "append-accepted") continue;
      const leader = members[message.to - 1];
      if (leader?.role !== "leader" || leader.term !== message.term) continue;
      const { match } = message;
      const own = this.#logs.at(after.durable).terms[match];
      const leaders = this.#logs.at(leader.log).terms[match];
      require(own === undefined || leaders === undefined || own === leaders, "I9", () =>
        `node ${after.id} acknowledges ${match} of term ${own}, the leader's is of term ${leaders}`);
    }
  }

  #leads({ id, log }: MemberState, term: Term, history: History): History {
    const known = history.leaders[term] ?? 0;
    require(known === 0 || known === id, "I1", () =>
      `nodes ${known} and ${id} both lead term ${term}`);
    const { terms } = this.#logs.at(log);
    for (const [index, entry] of history.committed.entries()) {
      require(entry.by >= term || terms[index] === entry.term, "I4", () =>
        `node ${id} leads term ${term} without ${entry.term}/${index}, committed in term ${entry.by}`);
    }
    const leaders = Array.from({ length: Math.max(term + 1, history.leaders.length) }, (_, at) =>
      at === term ? id : (history.leaders[at] ?? 0),
    );
    return { ...history, leaders };
  }

  #commits(moved: Moved, crashed: boolean, history: History): History {
    const { after, before, step } = moved;
    const { terms, contents } = this.#logs.at(after.log);
    const committed: CommittedEntry[] = [...history.committed];
    const from = crashed ? 1 : before.commit + 1;
    for (let index = from; index <= after.commit; index++) {
      const [term, content] = [terms[index], contents[index]];
      require(term !== undefined && content !== undefined, "I5", () =>
        `node ${after.id} commits ${index} and lacks it`);
      const known = committed[index];
      require(known === undefined || (known.term === term && known.content === content), "I5", () =>
        `node ${after.id} commits ${term}/${index}, but ${known?.term}/${index} was committed`);
      if (known === undefined) committed[index] = { term, content, by: after.term };
    }
    if (committed.length === history.committed.length) return history;
    require(step.committedAsLeader, "I6", () =>
      `node ${after.id} commits ${after.commit} as a follower, before any leader`);
    const holds =
      this.#isDurable(moved, before.membership) || this.#isDurable(moved, after.membership);
    require(holds, "I6", () =>
      `leader ${after.id} commits ${terms[after.commit]}/${after.commit}, which is not on the disks of a quorum`);
    return { ...history, committed };
  }

  #isDurable({ members, after }: Moved, membership: Membership): boolean {
    const index = after.commit;
    const term = this.#logs.at(after.log).terms[index];
    return this.#isQuorum(
      membership,
      members,
      ({ durable }) => this.#logs.at(durable).terms[index] === term,
    );
  }

  /**
   * Nobody whom a quorum would vote for, by what is on the disks, lacks what is committed (I4).
   * It is what makes the next leader complete, seen an election before it comes to that.
   */
  #checkElectable({ members }: Moved, { committed }: History): void {
    const last = committed.length - 1;
    for (const candidate of members) {
      const lacking = this.#lacks(candidate.durable, committed);
      if (lacking === undefined) continue;
      const elected = this.#isQuorum(candidate.durableMembership, members, (voter) =>
        this.#isUpToDate(candidate.durable, voter.durable),
      );
      require(!elected, "I4", () =>
        `a quorum would elect node ${candidate.id}, which lacks ${committed[lacking]?.term}/${lacking} of ${last} committed`);
    }
  }

  #lacks(log: LogId, committed: readonly CommittedEntry[]): LogIndex | undefined {
    const { terms } = this.#logs.at(log);
    const at = committed.findIndex(({ term }, index) => terms[index] !== term);
    return at < 0 ? undefined : at;
  }

  #isUpToDate(candidate: LogId, voter: LogId): boolean {
    const [own, others] = [this.#logs.at(candidate).terms, this.#logs.at(voter).terms];
    const [ownTerm, othersTerm] = [own.at(-1) ?? 0, others.at(-1) ?? 0];
    return ownTerm === othersTerm ? own.length >= others.length : ownTerm > othersTerm;
  }

  #isQuorum(
    membership: Membership,
    members: readonly MemberState[],
    agrees: (member: MemberState) => boolean,
  ): boolean {
    const halves = [membership.voters, membership.outgoing];
    return halves.every((half) => {
      let count = 0;
      for (const id of half) {
        const member = members[id - 1];
        if (member !== undefined && agrees(member)) count++;
      }
      return half.length === 0 || count > half.length / 2;
    });
  }

  #readsReady({ after, step }: Moved, history: History): History {
    let { reads } = history;
    for (const { token, index } of step.readsReady) {
      const asked = reads.find((read) => read.token === token && read.member === after.id);
      if (asked === undefined) continue;
      require(index >= asked.committed, "I15", () =>
        `node ${after.id} reads at ${index}, but ${asked.committed} was committed before it was asked`);
      reads = reads.filter((read) => read !== asked);
    }
    return { ...history, reads };
  }
}

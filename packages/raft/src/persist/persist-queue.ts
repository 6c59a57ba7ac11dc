import { assert, type LogIndex, type Millis, type Term } from "@holdfast/base";
import type { WriteSeq } from "../types/input.ts";
import type { Message } from "../types/message.ts";
import { addHeld } from "./held-messages.ts";

/** A write that is handed to the driver, and what waits for it. */
export interface Write {
  /** The log's last index when this was handed out; lowered if that end is superseded before it is durable. */
  lastIndex: LogIndex;
  readonly messages: Message[];
  /** A campaign whose vote for itself counts once this is durable. */
  readonly selfVote: Term | undefined;
  readonly at: Millis;
  /** Of the hard state in it. */
  readonly term: Term;
  /** Whether a state takes the place of the log with it. */
  readonly installs: boolean;
}

interface Pending extends Write {
  readonly seq: WriteSeq;
}

/** What became true because writes are durable. */
export interface Released {
  readonly durable: LogIndex;
  readonly messages: readonly Message[];
  readonly selfVotes: readonly Term[];
}

/**
 * Messages that promise something leave only when it is durable; they wait here
 * behind the write they depend on (raft.md §2, the durability table).
 *
 * Writes are named by a growing number, never by an index: the completion of a
 * write that has since been superseded says nothing about what replaced it
 * (checklist F17, "ABA").
 */
export class PersistQueue {
  #pending: Pending[] = [];
  #seq: WriteSeq = 0;
  #durableTerm: Term;

  constructor(durableTerm: Term) {
    this.#durableTerm = durableTerm;
  }

  get durableTerm(): Term {
    return this.#durableTerm;
  }

  get idle(): boolean {
    return this.#pending.length === 0;
  }

  /** When the oldest write under way was handed out. */
  get oldestAt(): Millis | undefined {
    return this.#pending[0]?.at;
  }

  /** Whether a state is on its way to take the place of the log. */
  get installs(): boolean {
    return this.#pending.some(({ installs }) => installs);
  }

  push(write: Write): WriteSeq {
    this.#seq++;
    const { lastIndex, messages, selfVote, at, term, installs } = write;
    this.#pending.push({ seq: this.#seq, lastIndex, messages, selfVote, at, term, installs });
    return this.#seq;
  }

  /** Messages that need no write of their own wait for the last one under way. */
  hold(messages: readonly Message[]): void {
    const last = this.#pending.at(-1);
    assert(last !== undefined, "something is being written");
    for (const message of messages) addHeld(last.messages, message);
  }

  superseded(from: LogIndex): void {
    for (const pending of this.#pending) pending.lastIndex = Math.min(pending.lastIndex, from - 1);
  }

  persisted(seq: WriteSeq): Released | undefined {
    assert(seq <= this.#seq, "only what was handed out becomes durable");
    const later = this.#pending.findIndex((pending) => pending.seq > seq);
    const done = this.#pending.splice(0, later < 0 ? this.#pending.length : later);
    const last = done.at(-1);
    if (last === undefined) return undefined;
    this.#durableTerm = last.term;
    if (done.length === 1) {
      const selfVotes = last.selfVote === undefined ? [] : [last.selfVote];
      return { durable: last.lastIndex, messages: last.messages, selfVotes };
    }
    return {
      durable: last.lastIndex,
      messages: done.flatMap(({ messages }) => messages),
      selfVotes: done.flatMap(({ selfVote }) => (selfVote === undefined ? [] : [selfVote])),
    };
  }
}

import type { MemberId, Term } from "@holdfast/base";
import {
  type Entry,
  type EntryId,
  type Membership,
  type Message,
  quorumValue,
  type Transition,
} from "../../src/index.ts";
import { describeEntry, nameOf } from "./describe.ts";
import type { Disk } from "./disk.ts";

/**
 * What must hold in every scenario, whatever its file expects (Raft, figure 3): at most one
 * leader and one vote of each member in a term, the same entry applied at an index by
 * everybody, and what is committed durable on a quorum. Throws at the first breach, so
 * that no recorded output can make it right.
 */
export class Judge {
  readonly #leaders = new Map<Term, MemberId>();
  readonly #votes = new Map<string, MemberId>();
  readonly #applied = new Map<number, string>();
  /** A scenario that loses a disk on purpose loses what was promised with it. */
  disksKeepPromises = true;

  transition(id: MemberId, transition: Transition): void {
    if (transition.kind !== "role" || transition.role !== "leader") return;
    const other = this.#leaders.get(transition.term) ?? id;
    if (other !== id) throw breach(`${nameOf(other)} and ${nameOf(id)} both lead a term`);
    this.#leaders.set(transition.term, id);
  }

  sent(message: Message): void {
    if (message.kind !== "vote-response" || !message.granted) return;
    const key = `${message.from} in ${message.term}`;
    const other = this.#votes.get(key) ?? message.to;
    if (other !== message.to) throw breach(`${nameOf(message.from)} votes twice in a term`);
    this.#votes.set(key, message.to);
  }

  applied(id: MemberId, entry: Entry): void {
    const text = describeEntry(entry);
    const other = this.#applied.get(entry.index) ?? text;
    if (other !== text) throw breach(`${nameOf(id)} applies ${text} where ${other} was applied`);
    this.#applied.set(entry.index, text);
  }

  committed(
    leader: MemberId,
    entry: EntryId,
    membership: Membership,
    diskOf: (id: MemberId) => Disk | undefined,
  ): void {
    const held = quorumValue(membership, (id) => (diskOf(id)?.holds(entry) === true ? 1 : 0));
    if (held >= 1 || !this.disksKeepPromises) return;
    throw breach(`${nameOf(leader)} commits ${entry.index}, which is not durable on a quorum`);
  }
}

function breach(what: string): Error {
  return new Error(`Raft is broken: ${what}`);
}

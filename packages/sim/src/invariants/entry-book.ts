import type { LogIndex, Term } from "@holdfast/base";
import {
  type Entry,
  type Membership,
  type MembershipCodec,
  NO_MEMBERSHIP,
  type PersistBatch,
  type RaftStatus,
} from "@holdfast/raft";
import type { LogImage } from "../disk/log-image.ts";
import { decodeCommand } from "../model/command.ts";
import type { Life } from "../node/life.ts";
import { require } from "../violation.ts";

interface Known {
  readonly previousTerm: Term;
  readonly content: number;
}

const TERMS = 2 ** 32;

/** What an entry is, in one number. */
export function contentOf({ kind, payload }: Entry): number {
  if (kind === "noop") return -1;
  if (kind === "commands") return decodeCommand(payload);
  let hash = 7;
  for (const byte of payload) hash = Math.imul(hash, 31) + byte;
  return -2 - (hash >>> 0);
}

/**
 * Every entry that was ever in any log: index and term name one entry and one
 * predecessor (I3), configurations follow each other with overlapping quorums (I11),
 * and nothing committed is cut off (I7).
 */
export class EntryBook {
  readonly #codec: MembershipCodec;
  readonly #committedAt: (index: LogIndex) => Membership | undefined;
  readonly #known = new Map<number, Known>();
  #genesis: Membership = NO_MEMBERSHIP;

  /** `committedAt`: the committed configuration in force at an index; `undefined`: the first one. */
  constructor(codec: MembershipCodec, committedAt: (index: LogIndex) => Membership | undefined) {
    this.#codec = codec;
    this.#committedAt = committedAt;
  }

  /** The configuration of formation, before the first entry. */
  begins(genesis: Membership): void {
    this.#genesis = genesis;
  }

  /** Called before the batch becomes part of `life.log`. Answers whether it cuts something off. */
  writes(life: Life, before: RaftStatus, batch: PersistBatch): boolean {
    const { log, machine, status } = life;
    const first = batch.entries[0];
    if (first === undefined || batch.install !== undefined) return false;
    const cuts = first.index <= log.lastIndex;
    require(!cuts || first.index > before.commit, "I7", () =>
      `node ${machine.slot} cuts its log from ${first.index}, but ${before.commit} is committed`);
    const led = before.role === "leader" && status.role === "leader" && before.term === status.term;
    require(!cuts || !led, "I7", () =>
      `leader ${machine.slot} cuts its own log from ${first.index}`);
    let previousTerm = log.termAt(first.index - 1) ?? 0;
    for (const entry of batch.entries) {
      require(entry.term >= previousTerm && entry.term <= status.term, "I3", () =>
        `node ${machine.slot}: entry ${entry.term}/${entry.index} follows term ${previousTerm} in term ${status.term}`);
      this.#check(life, entry, previousTerm);
      previousTerm = entry.term;
    }
    this.#checkMemberships(life, batch);
    return cuts;
  }

  #check({ machine }: Life, entry: Entry, previousTerm: Term): void {
    const key = entry.index * TERMS + entry.term;
    const known = this.#known.get(key);
    const content = contentOf(entry);
    if (known === undefined) {
      this.#known.set(key, { previousTerm, content });
      return;
    }
    require(known.content === content && known.previousTerm === previousTerm, "I3", () =>
      `node ${machine.slot}: entry ${entry.term}/${entry.index} differs from what another log holds under that name`);
  }

  #checkMemberships({ log, machine, status }: Life, { entries }: PersistBatch): void {
    const first = entries[0]?.index ?? 0;
    let index: LogIndex = log.effective.index < first ? log.effective.index : -1;
    let previous = this.#before(log, first);
    for (const entry of entries) {
      if (entry.kind !== "membership") continue;
      const next = this.#codec.decode(entry.payload);
      const complaint = changeComplaint(previous, next);
      require(complaint === undefined, "I11", () =>
        `node ${machine.slot}: configuration ${entry.term}/${entry.index} ${complaint}`);
      const own = status.role === "leader" && status.term === entry.term;
      require(!own || index <= status.commit, "I11", () =>
        `leader ${machine.slot} begins configuration ${entry.index} before ${index} is committed`);
      previous = next;
      index = entry.index;
    }
  }

  /**
   * A store that joined later began with the configuration that named it, which is not that of
   * its log's beginning, nor of where it compacted its log before it had caught up with it.
   */
  #before(log: LogImage, first: LogIndex): Membership {
    const { index, membership } = log.datedMembershipAt(first - 1);
    if (index > log.compacted.index) return membership;
    return this.#committedAt(log.compacted.index) ?? this.#genesis;
  }
}

/** Quorums of neighbouring configurations must overlap: so voters change through a joint one only. */
export function changeComplaint(before: Membership, after: Membership): string | undefined {
  const { voters, outgoing, learners, learnersNext } = after;
  if (voters.length === 0) return "has no voters";
  if (voters.some((id) => learners.includes(id))) return "has a voter that is a learner";
  if (!learnersNext.every((id) => outgoing.includes(id))) return "demotes who is no voter";
  const wasJoint = before.outgoing.length > 0;
  const isJoint = outgoing.length > 0;
  if (!wasJoint && isJoint) {
    return same(outgoing, before.voters) ? undefined : "is joint with voters that were none";
  }
  if (!same(voters, before.voters)) return "changes its voters without being joint";
  return isJoint && !same(outgoing, before.outgoing) ? "changes who is leaving" : undefined;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}

import type {
  Effects,
  Entry,
  Membership,
  Message,
  Outcome,
  PersistBatch,
  RaftStatus,
} from "@holdfast/raft";
import { checkCursors } from "../invariants/cursors.ts";
import { changeComplaint } from "../invariants/entry-book.ts";
import { checkJustified } from "../invariants/justification.ts";
import type { Seat } from "../invariants/seat.ts";
import { decodeCommand } from "../model/command.ts";
import { asciiMembershipCodec } from "../model/membership-codec.ts";
import { require } from "../violation.ts";
import type { Member, Onlooker } from "./member.ts";

export interface ReadReady {
  readonly token: number;
  readonly index: number;
}

/** Watches one step of one member, and judges what can be judged by this member alone. */
export class MemberJudge implements Onlooker {
  readonly sent: Message[] = [];
  readonly readsReady: ReadReady[] = [];
  /** Terms that it began to lead in. */
  readonly leads: number[] = [];
  /** Whether it led at the beginning or the end of a turn that moved its commit index. */
  committedAsLeader = false;

  writes(member: Member, before: RaftStatus, batch: PersistBatch): void {
    const { log, status, id } = member;
    const first = batch.entries[0];
    if (first === undefined) return;
    const cuts = first.index <= log.lastIndex;
    require(!cuts || first.index > before.commit, "I7", () =>
      `node ${id} cuts its log from ${first.index}, but ${before.commit} is committed`);
    const led = before.role === "leader" && status.role === "leader" && before.term === status.term;
    require(!cuts || !led, "I7", () => `leader ${id} cuts its own log from ${first.index}`);
    this.#checkMemberships(member, batch.entries);
  }

  turned(member: Member, before: RaftStatus, effects: Effects | undefined): void {
    const { status } = member;
    checkCursors(seatOf(member), before);
    const leads = status.role === "leader";
    if (leads && (before.role !== "leader" || before.term !== status.term)) {
      this.leads.push(status.term);
    }
    if (status.commit > before.commit && (leads || before.role === "leader")) {
      this.committedAsLeader = true;
    }
    for (const transition of effects?.transitions ?? []) {
      require(transition.kind !== "malformed", "core", () =>
        `member ${member.id} was sent what nobody may send: ${JSON.stringify(transition)}`);
    }
    for (const outcome of effects?.outcomes ?? []) this.#settles(member, outcome);
  }

  sends(member: Member, message: Message): void {
    checkJustified(seatOf(member), message, undefined);
    this.sent.push(message);
  }

  #settles(member: Member, outcome: Outcome): void {
    const { token, kind } = outcome;
    require(member.openTokens.has(token), "I18", () =>
      `node ${member.id} settles token ${token} as ${kind}, which is not open`);
    if (outcome.kind === "read-ready") this.readsReady.push({ token, index: outcome.index });
    if (outcome.kind !== "refused") return;
    const held = entriesWith(member, token);
    require(held.length === 0, "I18", () =>
      `node ${member.id} refuses command ${token}, and has it in its log`);
  }

  #checkMemberships({ log, status, id }: Member, entries: readonly Entry[]): void {
    const first = entries[0]?.index ?? 0;
    const dated = log.datedMembershipAt(first - 1);
    let previous: Membership = dated.membership;
    let index = dated.index;
    for (const entry of entries) {
      if (entry.kind !== "membership") continue;
      const next = asciiMembershipCodec.decode(entry.payload);
      const complaint = changeComplaint(previous, next);
      require(complaint === undefined, "I11", () =>
        `node ${id}: configuration ${entry.term}/${entry.index} ${complaint}`);
      const own = status.role === "leader" && status.term === entry.term;
      require(!own || index <= status.commit, "I11", () =>
        `leader ${id} begins configuration ${entry.index} before ${index} is committed`);
      previous = next;
      index = entry.index;
    }
  }
}

function entriesWith({ log }: Member, token: number): readonly Entry[] {
  const entries = log.read(1, log.lastIndex, Number.POSITIVE_INFINITY) ?? [];
  return entries.filter(
    ({ kind, payload }) => kind === "commands" && decodeCommand(payload) === token,
  );
}

function seatOf({ id, status, log, durable, everDurable }: Member): Seat {
  return {
    machine: { slot: id },
    status,
    log,
    disk: { durable, wasDurable: (index, term) => everDurable.has(index, term) },
    ended: false,
  };
}

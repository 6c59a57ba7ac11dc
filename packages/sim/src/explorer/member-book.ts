import type { MemberId, Term } from "@holdfast/base";
import { messageOf } from "@holdfast/base";
import type { Membership, Message, RoleName } from "@holdfast/raft";
import type { LogImage } from "../disk/log-image.ts";
import { Violation } from "../violation.ts";
import type { Bounds } from "./bounds.ts";
import { LogBook, type LogId } from "./log-book.ts";
import { type Birth, bornOf, Member } from "./member.ts";
import { type InputCode, inputOf, isLate } from "./member-input.ts";
import { MemberJudge, type ReadReady } from "./member-judge.ts";
import { MessageBook, type MessageId } from "./message-book.ts";
import { fingerprintOf } from "./picture.ts";
import type { Renaming } from "./renaming.ts";
import { ShapeBook } from "./shape-book.ts";

/** Of the times that a state of a member is reached again, every so many are tested. */
const TESTED_EVERY = 8;

export type MemberStateId = number;

/** What the others and the judges may know of a member's state. */
export interface MemberState {
  readonly id: MemberId;
  readonly life: number;
  readonly role: RoleName;
  readonly term: Term;
  readonly leader: MemberId | undefined;
  readonly commit: number;
  readonly log: LogId;
  readonly durable: LogId;
  readonly membership: Membership;
  /** The configuration in force if it started again from its disk. */
  readonly durableMembership: Membership;
  readonly writesUnderWay: number;
  readonly readsLog: boolean;
}

/** What one input makes of a state. */
export interface MemberStep {
  readonly next: MemberStateId;
  readonly sent: readonly MessageId[];
  readonly leads: readonly Term[];
  readonly committedAsLeader: boolean;
  readonly readsReady: readonly ReadReady[];
  /** Whether it wrote anything, so that it matters when that is durable. */
  readonly wrote: boolean;
  readonly beyondBounds: boolean;
  readonly violation: Violation | undefined;
}

/** All of a step but where it leads. */
type Doings = Omit<MemberStep, "next">;

const NOTHING: Doings = {
  sent: [],
  leads: [],
  committedAsLeader: false,
  readsReady: [],
  wrote: false,
  beyondBounds: false,
  violation: undefined,
};

/** How a state was reached first: the cores are made anew from it whenever they are needed. */
interface Origin {
  readonly birth: Birth;
  readonly inputs: readonly InputCode[];
}

/**
 * Every state that a single member was ever in, and where each input leads from it.
 *
 * A member is a function of what it hears: so each step of a core is taken once, however many
 * states of the cluster it is a part of. The core itself is not kept; its state is reached
 * again by repeating the inputs of the life that led there.
 */
export class MemberBook {
  readonly logs: LogBook = new LogBook();
  readonly messages: MessageBook;
  readonly shapes: ShapeBook;
  readonly #bounds: Bounds;
  readonly #ids = new Map<number, MemberStateId>();
  readonly #states: MemberState[] = [];
  readonly #origins: Origin[] = [];
  /** Another way to a state, where it is tested. */
  readonly #others: (Origin | undefined)[] = [];
  readonly #steps: Map<InputCode, MemberStep>[] = [];
  #stepsTaken = 0;
  #reached = 0;

  constructor(bounds: Bounds, renamings: readonly Renaming[]) {
    this.#bounds = bounds;
    this.messages = new MessageBook(renamings);
    this.shapes = new ShapeBook(renamings);
  }

  get count(): number {
    return this.#states.length;
  }

  /** Steps that a core has taken. */
  get steps(): number {
    return this.#stepsTaken;
  }

  at(id: MemberStateId): MemberState {
    const state = this.#states[id];
    if (state === undefined) throw new Error(`there is no state ${id} of a member`);
    return state;
  }

  born(id: MemberId): MemberStateId {
    return this.#begin(bornOf(id, this.#bounds.members));
  }

  step(from: MemberStateId, code: InputCode): MemberStep {
    const known = this.#steps[from]?.get(code);
    if (known !== undefined) return known;
    const step = this.#take(from, code);
    this.#steps[from]?.set(code, step);
    this.#stepsTaken++;
    this.#test(from, code, step);
    return step;
  }

  #take(from: MemberStateId, code: InputCode): MemberStep {
    const input = inputOf(code);
    const origin = this.#originOf(from);
    const { member, judge } = this.#again(origin);
    if (input.kind === "crash") return this.#crash(from, origin, member.diskAfterCrash(input.kept));
    const done = this.#perform(member, judge, code);
    if (done instanceof Violation) return brokenStep(from, done);
    const next = this.#idOf(member, { birth: origin.birth, inputs: [...origin.inputs, code] });
    return { ...done, next };
  }

  #crash(from: MemberStateId, { birth }: Origin, disk: LogImage): MemberStep {
    const reborn = { id: birth.id, life: birth.life + 1, disk };
    const member = attempt(() => new Member(reborn));
    if (member instanceof Violation) return brokenStep(from, member);
    return { ...NOTHING, next: this.#idOf(member, { birth: reborn, inputs: [] }) };
  }

  /** Only what the core and its judge say is a violation; what this book finds wrong is its own. */
  #perform(member: Member, judge: MemberJudge, code: InputCode): Doings | Violation {
    const { lastIndex, hardState } = member.log;
    const broken = attempt(() => member.perform(inputOf(code), isLate(code), this.#messageOf));
    if (broken instanceof Violation) return broken;
    const sent = judge.sent.map((message) => this.messages.idOf(message));
    const wrote = lastIndex !== member.log.lastIndex || hardState !== member.log.hardState;
    const beyondBounds = this.#isBeyond(member, judge.sent);
    const { leads, committedAsLeader, readsReady } = judge;
    return {
      sent,
      leads,
      committedAsLeader,
      readsReady,
      wrote,
      beyondBounds,
      violation: undefined,
    };
  }

  #originOf(id: MemberStateId): Origin {
    const origin = this.#origins[id];
    if (origin === undefined) throw new Error(`there is no state ${id} of a member`);
    return origin;
  }

  /** A member that has heard what the origin says; what it does from now on is judged. */
  #again({ birth, inputs }: Origin): { readonly member: Member; readonly judge: MemberJudge } {
    const member = new Member(birth);
    for (const code of inputs) member.perform(inputOf(code), isLate(code), this.#messageOf);
    const judge = new MemberJudge();
    member.watch(judge);
    return { member, judge };
  }

  readonly #messageOf = (id: MessageId): Message => this.messages.at(id);

  #begin(birth: Birth): MemberStateId {
    return this.#idOf(new Member(birth), { birth, inputs: [] });
  }

  #idOf(member: Member, origin: Origin): MemberStateId {
    const picture = fingerprintOf(member.picture());
    const known = this.#ids.get(picture);
    if (known !== undefined) {
      this.#reached++;
      if (this.#reached % TESTED_EVERY === 0) this.#testWith(known, origin);
      return known;
    }
    const id = this.#states.length;
    this.#ids.set(picture, id);
    this.#origins.push(origin);
    this.#steps.push(new Map());
    this.shapes.add((renaming) => member.picture(renaming));
    this.#states.push(this.#stateOf(member));
    return id;
  }

  /** A state was reached by another way; what it led to and will lead to is tested. */
  #testWith(known: MemberStateId, origin: Origin): void {
    this.#others[known] = origin;
    for (const [code, step] of this.#steps[known] ?? []) this.#test(known, code, step);
  }

  /**
   * A state that was reached by another way as well has to lead to the same from there: else the
   * picture of a member leaves out what matters.
   */
  #test(from: MemberStateId, code: InputCode, { next, ...step }: MemberStep): void {
    const origin = this.#others[from];
    const input = inputOf(code);
    if (origin === undefined || step.violation !== undefined || input.kind === "crash") return;
    const { member, judge } = this.#again(origin);
    const done = this.#perform(member, judge, code);
    const isSame = this.#ids.get(fingerprintOf(member.picture())) === next;
    if (isSame && JSON.stringify(done) === JSON.stringify(step)) return;
    const what = JSON.stringify(input);
    throw new Error(`two states of member ${member.id} look alike, but ${what} tells them apart`);
  }

  #stateOf(member: Member): MemberState {
    const { role, term, leader, commit, membership } = member.status;
    return {
      id: member.id,
      life: member.life,
      role,
      term,
      leader,
      commit,
      log: this.logs.idOf(member.log),
      durable: this.logs.idOf(member.durable),
      membership,
      durableMembership: member.durable.effective.membership,
      writesUnderWay: member.writesUnderWay,
      readsLog: member.fetchesUnderWay > 0,
    };
  }

  #isBeyond({ status }: Member, sent: readonly Message[]): boolean {
    const { terms, rounds } = this.#bounds;
    if (status.term > terms) return true;
    return sent.some((message) => "round" in message && message.round > rounds);
  }
}

function brokenStep(from: MemberStateId, violation: Violation): MemberStep {
  return { ...NOTHING, next: from, violation };
}

function attempt<Result>(act: () => Result): Result | Violation {
  try {
    return act();
  } catch (failure) {
    if (failure instanceof Violation) return failure;
    return new Violation("core", messageOf(failure), { cause: failure });
  }
}

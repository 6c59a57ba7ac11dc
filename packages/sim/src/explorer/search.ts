import { Violation } from "../violation.ts";
import type { Bounds } from "./bounds.ts";
import { CanonicalRow } from "./canonical-row.ts";
import { ClusterJudge } from "./cluster-judge.ts";
import { HistoryBook, type HistoryId } from "./history.ts";
import { MemberBook, type MemberState, type MemberStep } from "./member-book.ts";
import {
  deliveryOf,
  type InputCode,
  inputOf,
  isLate,
  lateOf,
  type MemberInput,
  memberAt,
} from "./member-input.ts";
import type { MessageId } from "./message-book.ts";
import { insert, NO_MESSAGE, removeAt } from "./message-slots.ts";
import { type Offered, offersTo } from "./offers.ts";
import { type Naming, namingFor, renamingsOf } from "./renaming.ts";
import { type StateId, StateTable } from "./state-table.ts";

/** Member and code of an action as one number. */
const PLACE = 2 ** 26;

export interface SearchFigures {
  /** Distinct states; those that differ in the members' names only count as one. */
  readonly states: number;
  /** States that these stand for. */
  readonly named: number;
  readonly transitions: number;
  /** Transitions that lead beyond the bounds, and were not taken. */
  readonly cut: number;
  readonly depth: number;
  readonly memberStates: number;
  readonly memberSteps: number;
}

export type SearchEnd =
  | { readonly kind: "exhausted" }
  | { readonly kind: "full" }
  | { readonly kind: "violation"; readonly violation: Violation; readonly path: readonly Move[] };

/** One action of a path: which member, what happened to it, what came of it. */
export interface Move {
  readonly place: number;
  readonly input: MemberInput;
  readonly late: boolean;
  readonly sent: readonly MessageId[];
  /** Those of what was sent that will still arrive. */
  readonly kept: readonly MessageId[];
}

/**
 * Tries everything that can happen to a few members within bounds, breadth first, so that what
 * it finds is a shortest way to it. A state is a row of numbers: the state of each member, the
 * messages under way in ascending order, and what is remembered of the way.
 *
 * What is left out of the world, and why nothing within the bounds is lost by it:
 * - A message that is lost is lost as it is sent; one that is under way may arrive whenever.
 * - A member that is down or cut off is one that does nothing: a crash is a new life at once.
 * - Each member has a clock of its own, which only moves to its next deadline, or by an election
 *   timeout where a leader sleeps. So no promise may rest on clocks that agree.
 *
 * What is lost: a turn has one input; entries travel one by one; there are no learners, no
 * compaction, no states that are sent, no disks that stall or fail, no transfer of leadership, no
 * notice that a peer's process or connection is gone; draws of chance are always the greatest.
 */
export class Search {
  readonly members: MemberBook;
  readonly #bounds: Bounds;
  readonly #histories: HistoryBook;
  readonly #judge: ClusterJudge;
  readonly #canonical: CanonicalRow;
  readonly #table: StateTable;
  readonly #row: Int32Array;
  readonly #next: Int32Array;
  /** Those of `#row`. */
  readonly #members: MemberState[] = [];
  #at: StateId = 0;
  #named = 0;
  #depth = 0;
  #levelEnds: StateId = 1;
  #transitions = 0;
  #cut = 0;
  #end: SearchEnd | undefined;

  /** `names` "apart" takes longer, and shows that "alike" misses nothing. */
  constructor(bounds: Bounds, names: Naming = namingFor(bounds)) {
    this.#bounds = bounds;
    const renamings = names === "alike" ? renamingsOf(bounds.members) : [];
    this.members = new MemberBook(bounds, renamings);
    this.#histories = new HistoryBook(renamings);
    const books = { members: this.members, histories: this.#histories };
    this.#canonical = new CanonicalRow(bounds, renamings, books);
    this.#judge = new ClusterJudge(this.members.logs, this.members.messages);
    const width = bounds.members + bounds.messages + 1;
    this.#table = new StateTable(width);
    this.#row = new Int32Array(width).fill(NO_MESSAGE);
    this.#next = new Int32Array(width);
    for (let place = 0; place < bounds.members; place++) {
      this.#row[place] = this.members.born(memberAt(place));
    }
    this.#row[width - 1] = this.#histories.beginning;
    this.#add(this.#row, -1, 0);
  }

  get figures(): SearchFigures {
    return {
      states: this.#table.count,
      named: this.#named,
      transitions: this.#transitions,
      cut: this.#cut,
      depth: this.#depth,
      memberStates: this.members.count,
      memberSteps: this.members.steps,
    };
  }

  /** Goes through so many states more; `undefined`: it is not over. */
  advance(states: number): SearchEnd | undefined {
    for (let done = 0; done < states && this.#end === undefined; done++) this.#expand();
    return this.#end;
  }

  #expand(): void {
    if (this.#at === this.#levelEnds && this.#at < this.#table.count) {
      this.#depth++;
      this.#levelEnds = this.#table.count;
    }
    if (this.#at === this.#table.count || this.#depth === this.#bounds.depth) {
      this.#end = { kind: "exhausted" };
      return;
    }
    if (this.#table.count >= this.#bounds.states) {
      this.#end = { kind: "full" };
      return;
    }
    const row = this.#row;
    this.#table.read(this.#at, row);
    const history = this.#histories.at(row[row.length - 1] ?? 0);
    this.#fillMembers();
    for (let place = 0; place < this.#bounds.members; place++) {
      const from = this.members.at(row[place] ?? 0);
      for (const offered of offersTo(from, history, this.#bounds)) this.#take(place, offered, -1);
    }
    this.#deliver(history.duplicates < this.#bounds.duplicates);
    this.#at++;
  }

  #deliver(mayKeep: boolean): void {
    const { members, messages } = this.#bounds;
    for (let slot = members; slot < members + messages; slot++) {
      const id = this.#row[slot] ?? NO_MESSAGE;
      const again = slot > members && id === this.#row[slot - 1];
      if (id === NO_MESSAGE || again) continue;
      const place = this.members.messages.targetOf(id);
      const code = deliveryOf(id);
      this.#take(place, { code, token: undefined, uses: undefined }, slot);
      if (mayKeep) this.#take(place, { code, token: undefined, uses: "duplicates" }, -1);
    }
  }

  /** `slot`: where the message stood that has arrived. */
  #take(place: number, offered: Offered, slot: number): void {
    const { writes } = this.#bounds;
    const { code } = offered;
    const step = this.#step(place, offered, code, slot);
    if (step === undefined || !step.wrote || writes === 0) return;
    const late = this.members.step(this.#row[place] ?? 0, lateOf(code));
    if (late.violation === undefined && this.#writesWith(place, late) > writes) this.#cut++;
    else this.#step(place, offered, lateOf(code), slot);
  }

  #step(place: number, offered: Offered, code: InputCode, slot: number): MemberStep | undefined {
    const step = this.members.step(this.#row[place] ?? 0, code);
    this.#transitions++;
    if (step.violation !== undefined) {
      this.#found(step.violation, place, code, step);
      return undefined;
    }
    if (step.beyondBounds) {
      this.#cut++;
      return step;
    }
    const history = this.#judged(place, step, offered, code);
    if (history !== undefined) this.#reach(place, step, code, slot, history);
    return step;
  }

  /** The new history, if no promise is broken. */
  #judged(
    place: number,
    step: MemberStep,
    { token, uses }: Offered,
    code: InputCode,
  ): HistoryId | undefined {
    const known = this.#row.at(-1) ?? 0;
    const members = this.#members;
    const before = this.members.at(this.#row[place] ?? 0);
    const after = this.members.at(step.next);
    const had = this.#histories.at(known);
    let history = uses === undefined ? had : { ...had, [uses]: had[uses] + 1 };
    if (token !== undefined) {
      const read = { member: after.id, token, committed: history.committed.length - 1 };
      history = { ...history, reads: [...history.reads, read] };
    }
    members[place] = after;
    try {
      const next = this.#judge.judge({ members, before, after, step }, history);
      return next === had ? known : this.#histories.idOf(next);
    } catch (failure) {
      if (!(failure instanceof Violation)) throw failure;
      this.#found(failure, place, code, step);
      return undefined;
    } finally {
      members[place] = before;
    }
  }

  /** Every choice of what arrives of what was sent, as far as there is room. */
  #reach(place: number, step: MemberStep, code: InputCode, slot: number, history: HistoryId): void {
    const { members, messages } = this.#bounds;
    const next = this.#next;
    next.set(this.#row);
    next[place] = step.next;
    next[next.length - 1] = history;
    if (slot >= 0) removeAt(next, members, slot);
    let room = 0;
    while (room < messages && next[members + room] === NO_MESSAGE) room++;
    this.#choose(step.sent, 0, room, place * PLACE + code);
  }

  /** The messages from `at` on are yet to be chosen from; `room`: empty places in the row. */
  #choose(sent: readonly MessageId[], at: number, room: number, packed: number): void {
    const id = sent[at];
    if (id === undefined || room === 0) {
      this.#add(this.#next, this.#at, packed);
      return;
    }
    this.#choose(sent, at + 1, room, packed);
    const { members } = this.#bounds;
    const slot = insert(this.#next, members, members + room - 1, id);
    this.#choose(sent, at + 1, room - 1, packed);
    removeAt(this.#next, members, slot);
  }

  #add(row: Int32Array, parent: StateId, code: number): void {
    this.#canonical.take(row);
    const isNew = this.#table.add(this.#canonical.row, row, { parent, code });
    if (isNew) this.#named += this.#canonical.namings;
  }

  #writesWith(place: number, step: MemberStep): number {
    let writes = this.members.at(step.next).writesUnderWay;
    for (const [at, { writesUnderWay }] of this.#members.entries()) {
      if (at !== place) writes += writesUnderWay;
    }
    return writes;
  }

  #fillMembers(): void {
    for (let place = 0; place < this.#bounds.members; place++) {
      this.#members[place] = this.members.at(this.#row[place] ?? 0);
    }
  }

  #found(violation: Violation, place: number, code: InputCode, step: MemberStep): void {
    const last = { place, input: inputOf(code), late: isLate(code), sent: step.sent, kept: [] };
    this.#end ??= { kind: "violation", violation, path: [...this.#pathTo(this.#at), last] };
  }

  #pathTo(id: StateId): readonly Move[] {
    const path: Move[] = [];
    for (let at = id; at > 0; at = this.#table.originOf(at).parent) path.unshift(this.#moveTo(at));
    return path;
  }

  #moveTo(id: StateId): Move {
    const { parent, code: packed } = this.#table.originOf(id);
    const [place, code] = [Math.floor(packed / PLACE), packed % PLACE];
    const [before, after] = [new Int32Array(this.#row.length), new Int32Array(this.#row.length)];
    this.#table.read(parent, before);
    this.#table.read(id, after);
    const { sent } = this.members.step(before[place] ?? 0, code);
    const { members } = this.#bounds;
    const kept = sent.filter((message) => after.subarray(members, -1).includes(message));
    return { place, input: inputOf(code), late: isLate(code), sent, kept };
  }
}

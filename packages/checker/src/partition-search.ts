import { ConfigurationSet } from "./configuration-set.ts";
import { InternedStates } from "./interned-states.ts";
import type { Model } from "./model.ts";
import type { SortedPartition } from "./sorted-partition.ts";

const FRAME_BYTES = 104;
/** Frontier and state. */
const KEY_HEAD_WORDS = 2;
const NO_STATES: readonly never[] = Object.freeze([]);

/** A point of the search to which it comes back. */
interface Frame<State> {
  readonly state: number;
  /** The first operation by return that has not taken effect. */
  readonly frontier: number;
  readonly placed: number;
  /** Open operations that took effect last, with no other between. */
  readonly openRun: number;
  /** Position among the callable ones that is tried next. */
  next: number;
  /** States that the operation tried last may lead to, and which of them is tried next. */
  outcomes: readonly State[];
  nextOutcome: number;
}

/** How far the search came; nothing that it tried got the operation `frontier` to take effect. */
export interface DeepestPoint {
  readonly frontier: number;
  /** Numbers of operations in the order in which they took effect. */
  readonly placed: readonly number[];
  /** The state after each of them. */
  readonly states: readonly number[];
  /** States in which `frontier` was refused. */
  readonly refusedIn: ReadonlySet<number>;
}

/**
 * Looks for an order of a partition's operations that is legal one by one and agrees with real time
 * (Wing and Gong 1993, with the memory of Lowe 2017). It stops and goes on at any step.
 *
 * A *configuration* is a set of operations that took effect, and the state after them. All before the
 * frontier took effect; those behind it that did are among the callable ones, so that few words tell it.
 *
 * 1. No configuration is searched twice, nor one that differs from a known one only in having used up more
 *    open operations: what it leads to, the other does as well.
 * 2. A read that is legal and changes nothing takes effect at once and is never taken back: in any
 *    order in which it comes later it can be moved here.
 * 3. Open operations are tried last, only if they change something, and need not take effect.
 * 4. At most {@link #openRunMax} of them take effect in a row. Any can at any time, so without that bound a search
 *    with many would be lost in their orders; it is doubled, and the search begins anew, where it has cut off something.
 */
export class PartitionSearch<State, Input, Output> {
  readonly partition: SortedPartition<Input, Output>;
  readonly states: InternedStates<State>;
  readonly #model: Model<State, Input, Output>;
  #seen: ConfigurationSet;
  readonly #taken: Int32Array;
  /** Words of {@link #taken} before this one are for operations that returned, the rest for open ones. */
  readonly #openWord: number;
  readonly #key: Int32Array;
  readonly #placed: number[] = [];
  readonly #placedStates: number[] = [];
  readonly #stack: Frame<State>[] = [];
  #state: number;
  #frontier = 0;
  #openRun = 0;
  #openRunMax = 1;
  #isCut = false;
  #steps = 0;
  #deepest: DeepestPoint | undefined;
  #verdict: "legal" | "illegal" | undefined;

  constructor(model: Model<State, Input, Output>, partition: SortedPartition<Input, Output>) {
    this.#model = model;
    this.partition = partition;
    this.states = new InternedStates(model);
    this.#openWord = wordsFor(partition.closed);
    const openWords = wordsFor(partition.operations.length - partition.closed);
    this.#taken = new Int32Array(this.#openWord + openWords);
    this.#seen = new ConfigurationSet(openWords);
    this.#key = new Int32Array(KEY_HEAD_WORDS + this.#taken.length);
    this.#state = this.states.idOf(model.initial(partition.name));
    this.#enter();
  }

  /** Absent while the search is not at its end. */
  get verdict(): "legal" | "illegal" | undefined {
    return this.#verdict;
  }

  /** How often the model was asked. */
  get steps(): number {
    return this.#steps;
  }

  /** Different configurations met. */
  get configurations(): number {
    return this.#seen.size;
  }

  /** About so many bytes of memory. */
  get bytes(): number {
    const { partition, states } = this;
    return this.#seen.bytes + states.bytes + partition.bytes + this.#stack.length * FRAME_BYTES;
  }

  /** Where it came furthest in time; complete once the verdict is `illegal`. */
  get deepest(): DeepestPoint | undefined {
    return this.#deepest;
  }

  /** Goes on for about so many questions to the model. */
  run(steps: number): void {
    const until = this.#steps + steps;
    while (this.#verdict === undefined && this.#steps < until) this.#advance();
  }

  /** Tries the next thing at the top of the stack, or goes back. */
  #advance(): void {
    const frame = this.#stack[this.#stack.length - 1];
    if (frame === undefined) {
      if (this.#isCut) this.#beginAnew();
      else this.#verdict = "illegal";
      return;
    }
    this.#backTo(frame);
    const { numbers } = this.partition.callable(frame.frontier);
    if (frame.nextOutcome < frame.outcomes.length) {
      const outcome = frame.outcomes[frame.nextOutcome] as State;
      frame.nextOutcome += 1;
      this.#take(numbers[frame.next - 1] ?? 0, this.states.idOf(outcome));
    } else if (frame.next < numbers.length && !this.#isCutAt(frame, numbers[frame.next] ?? 0)) {
      const number = numbers[frame.next] ?? 0;
      frame.next += 1;
      frame.outcomes = this.#hasTaken(number) ? NO_STATES : this.#step(number);
      frame.nextOutcome = 0;
    } else {
      this.#noteDeadEnd(frame);
      this.#stack.pop();
    }
  }

  /** Rule 4. What comes behind the first open operation is open as well. */
  #isCutAt({ openRun }: Frame<State>, number: number): boolean {
    if (number < this.partition.closed || openRun < this.#openRunMax) return false;
    if (this.#hasTaken(number)) return false;
    this.#isCut = true;
    return true;
  }

  #beginAnew(): void {
    this.#openRunMax *= 2;
    this.#isCut = false;
    this.#seen = new ConfigurationSet(this.#taken.length - this.#openWord);
    this.#enter();
  }

  /** Lets an operation take effect, unless that leads nowhere new. */
  #take(number: number, state: number): void {
    const isOpen = number >= this.partition.closed;
    if (isOpen && state === this.#state) return;
    this.#place(number, state);
    this.#openRun = isOpen ? this.#openRun + 1 : 0;
    this.#enter();
  }

  /** At a configuration that was just reached: done, known, or a new point of the search. */
  #enter(): void {
    this.#placeReads();
    if (this.#frontier === this.partition.closed) this.#verdict = "legal";
    else if (this.#seen.add(this.#key, this.#writeKey())) {
      this.#stack.push({
        state: this.#state,
        frontier: this.#frontier,
        placed: this.#placed.length,
        openRun: this.#openRun,
        next: 0,
        outcomes: NO_STATES,
        nextOutcome: 0,
      });
    }
  }

  /** Rule 2. What becomes callable as the frontier moves is looked at as well. */
  #placeReads(): void {
    let after = -Infinity;
    for (;;) {
      const frontier = this.#frontier;
      if (frontier === this.partition.closed) return;
      for (const number of this.partition.callable(frontier).numbers)
        this.#placeRead(number, after);
      if (this.#frontier === frontier) return;
      after = this.partition.at(frontier).returned ?? Infinity;
    }
  }

  #placeRead(number: number, after: number): void {
    const { called, input, output } = this.partition.at(number);
    if (called <= after || number >= this.partition.closed || this.#hasTaken(number)) return;
    if (!this.#model.isRead(input, output)) return;
    const outcomes = this.#step(number);
    if (outcomes.length !== 1) return;
    if (this.states.idOf(outcomes[0] as State) !== this.#state) return;
    this.#place(number, this.#state);
    this.#openRun = 0;
  }

  #step(number: number): readonly State[] {
    const { input, output } = this.partition.at(number);
    const isOpen = number >= this.partition.closed;
    this.#steps += 1;
    return this.#model.step(this.states.at(this.#state), input, isOpen ? undefined : output);
  }

  #place(number: number, state: number): void {
    const word = this.#wordOf(number);
    this.#taken[word] = (this.#taken[word] ?? 0) | this.#bitOf(number);
    this.#placed.push(number);
    this.#placedStates.push(state);
    this.#state = state;
    while (this.#frontier < this.partition.closed && this.#hasTaken(this.#frontier)) {
      this.#frontier += 1;
    }
  }

  #backTo({ placed, state, frontier, openRun }: Frame<State>): void {
    while (this.#placed.length > placed) {
      const number = this.#placed.pop() ?? 0;
      this.#placedStates.pop();
      const word = this.#wordOf(number);
      this.#taken[word] = (this.#taken[word] ?? 0) & ~this.#bitOf(number);
    }
    this.#state = state;
    this.#frontier = frontier;
    this.#openRun = openRun;
  }

  #noteDeadEnd({ frontier, state }: Frame<State>): void {
    const deepest = this.#deepest;
    if (deepest !== undefined && frontier < deepest.frontier) return;
    if (deepest?.frontier === frontier) {
      this.#deepest = { ...deepest, refusedIn: withState(deepest.refusedIn, state) };
      return;
    }
    this.#deepest = {
      frontier,
      placed: [...this.#placed],
      states: [...this.#placedStates],
      refusedIn: new Set([state]),
    };
  }

  /** Writes the configuration into {@link #key}; its length follows from the frontier, its first word. */
  #writeKey(): number {
    const key = this.#key;
    key[0] = this.#frontier;
    key[1] = this.#state;
    let length = KEY_HEAD_WORDS;
    const { last } = this.partition.callable(this.#frontier);
    for (let word = this.#frontier >>> 5; word <= last >>> 5; word++) {
      key[length++] = this.#taken[word] ?? 0;
    }
    for (let word = this.#openWord; word < this.#taken.length; word++) {
      key[length++] = this.#taken[word] ?? 0;
    }
    return length;
  }

  #hasTaken(number: number): boolean {
    return ((this.#taken[this.#wordOf(number)] ?? 0) & this.#bitOf(number)) !== 0;
  }

  #wordOf(number: number): number {
    const { closed } = this.partition;
    return number < closed ? number >>> 5 : this.#openWord + ((number - closed) >>> 5);
  }

  #bitOf(number: number): number {
    const { closed } = this.partition;
    return 1 << ((number < closed ? number : number - closed) & 31);
  }
}

/** States of refusal that are kept for the reader. */
const REFUSED_IN_MAX = 8;

function withState(states: ReadonlySet<number>, state: number): ReadonlySet<number> {
  if (states.has(state) || states.size >= REFUSED_IN_MAX) return states;
  return new Set([...states, state]);
}

function wordsFor(bits: number): number {
  return (bits + 31) >>> 5;
}

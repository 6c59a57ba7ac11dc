import { assert } from "@holdfast/base";
import type { Model } from "./model.ts";
import type { History, Operation } from "./operation.ts";

/**
 * The operations of one part of a history in the order a search wants them, numbered:
 * first those that returned, by their return, then the open ones, by their call.
 */
export class SortedPartition<Input, Output> {
  readonly name: string;
  readonly operations: readonly Operation<Input, Output>[];
  /** So many of them returned. */
  readonly closed: number;
  /** The least time of a call from this number on, so that looking for callable ones ends early. */
  readonly #leastCallFrom: Float64Array;
  readonly #callableByFrontier: (Callable | undefined)[] = [];
  #bytes = 0;

  constructor(
    name: string,
    history: History<Input, Output>,
    model: Pick<Model<never, Input, Output>, "isRead">,
  ) {
    const closed = history.filter(({ returned }) => returned !== undefined);
    const open = history.filter(
      // A read that nobody saw the answer of says nothing.
      ({ returned, input }) => returned === undefined && !model.isRead(input, undefined),
    );
    closed.sort((a, b) => returnOf(a) - returnOf(b) || a.called - b.called);
    open.sort((a, b) => a.called - b.called);
    this.name = name;
    this.operations = [...closed, ...open];
    this.closed = closed.length;
    this.#leastCallFrom = leastCallFrom(closed);
    assert(this.operations.every(isSound), `${name}: an operation returns after its call`);
  }

  /** Memory that grew while it was searched. */
  get bytes(): number {
    return this.#bytes;
  }

  at(number: number): Operation<Input, Output> {
    const operation = this.operations[number];
    assert(operation !== undefined, "a number of an operation");
    return operation;
  }

  /**
   * What may take effect next once everything before `frontier` has, in order of return: all that was
   * called before the operation `frontier` returned. Includes what may have taken effect already.
   */
  callable(frontier: number): Callable {
    const known = this.#callableByFrontier[frontier];
    if (known !== undefined) return known;
    const before = returnOf(this.at(frontier));
    const numbers: number[] = [];
    for (let number = frontier; number < this.closed; number++) {
      if ((this.#leastCallFrom[number] ?? Infinity) > before) break;
      if (this.at(number).called <= before) numbers.push(number);
    }
    const last = numbers[numbers.length - 1] ?? frontier;
    for (let number = this.closed; number < this.operations.length; number++) {
      if (this.at(number).called > before) break;
      numbers.push(number);
    }
    const found: Callable = { numbers: Int32Array.from(numbers), last };
    this.#callableByFrontier[frontier] = found;
    this.#bytes += found.numbers.byteLength;
    return found;
  }
}

interface Callable {
  readonly numbers: Int32Array;
  /** The highest number among those that returned. */
  readonly last: number;
}

/** Splits a history into its parts. */
export function partitionsOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  history: History<Input, Output>,
): readonly SortedPartition<Input, Output>[] {
  const parts = new Map<string, Operation<Input, Output>[]>();
  for (const operation of history) {
    const name = model.partition?.(operation.input) ?? "";
    const part = parts.get(name);
    if (part === undefined) parts.set(name, [operation]);
    else part.push(operation);
  }
  return [...parts].map(([name, part]) => new SortedPartition(name, part, model));
}

function returnOf({ returned = Infinity }: Operation<unknown, unknown>): number {
  return returned;
}

function isSound({ called, returned }: Operation<unknown, unknown>): boolean {
  return Number.isFinite(called) && (returned === undefined || returned >= called);
}

function leastCallFrom(closed: readonly Operation<unknown, unknown>[]): Float64Array {
  const least = new Float64Array(closed.length);
  let soFar = Infinity;
  for (let number = closed.length - 1; number >= 0; number--) {
    soFar = Math.min(soFar, closed[number]?.called ?? Infinity);
    least[number] = soFar;
  }
  return least;
}

import type { Millis } from "@holdfast/base";

interface Due {
  readonly id: bigint;
  at: Millis;
  /** Its place in the heap. */
  place: number;
}

/**
 * Ids by when they are due, the soonest first: a binary heap that knows each id's
 * place, so that one whose time moves is moved, and none stands there twice.
 */
export class DeadlineQueue {
  readonly #byId = new Map<bigint, Due>();
  readonly #heap: Due[] = [];

  get size(): number {
    return this.#heap.length;
  }

  has(id: bigint): boolean {
    return this.#byId.has(id);
  }

  /** When an id is due; `undefined` if it is not here. */
  at(id: bigint): Millis | undefined {
    return this.#byId.get(id)?.at;
  }

  set(id: bigint, at: Millis): void {
    const known = this.#byId.get(id);
    if (known === undefined) {
      const due = { id, at, place: this.#heap.length };
      this.#byId.set(id, due);
      this.#heap.push(due);
      this.#rise(due);
      return;
    }
    known.at = at;
    this.#rise(known);
    this.#sink(known);
  }

  delete(id: bigint): void {
    const due = this.#byId.get(id);
    if (due === undefined) return;
    this.#byId.delete(id);
    const last = this.#heap.pop() as Due;
    if (last === due) return;
    this.#put(last, due.place);
    this.#rise(last);
    this.#sink(last);
  }

  /** Takes the one that is due soonest, if it is due by `now`. */
  takeDue(now: Millis): bigint | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.delete(first.id);
    return first.id;
  }

  clear(): void {
    this.#byId.clear();
    this.#heap.length = 0;
  }

  #rise(due: Due): void {
    while (due.place > 0) {
      const parent = this.#heap[(due.place - 1) >>> 1] as Due;
      if (parent.at <= due.at) return;
      this.#swap(due, parent);
    }
  }

  #sink(due: Due): void {
    while (true) {
      const left = this.#heap[2 * due.place + 1];
      const right = this.#heap[2 * due.place + 2];
      const sooner = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (sooner === undefined || sooner.at >= due.at) return;
      this.#swap(sooner, due);
    }
  }

  #swap(one: Due, other: Due): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(due: Due, place: number): void {
    due.place = place;
    this.#heap[place] = due;
  }
}

import type { Millis } from "@holdfast/base";

/** Something that will happen; it does not if it has been cancelled by then. */
export interface PlannedEvent {
  readonly at: Millis;
  readonly sequence: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** What is to happen, ordered by virtual time and, within a moment, by when it was planned. */
export class EventQueue {
  readonly #heap: PlannedEvent[] = [];
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  plan(at: Millis, run: () => void): PlannedEvent {
    const event: PlannedEvent = { at, sequence: this.#sequence++, run, cancelled: false };
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** The next event that was not cancelled; `undefined` if there is none. */
  next(): PlannedEvent | undefined {
    for (;;) {
      const first = this.#heap[0];
      const last = this.#heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (this.#heap.length > 0) {
        this.#heap[0] = last;
        this.#sink();
      }
      if (!first.cancelled) return first;
    }
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const event = heap[from] as PlannedEvent;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as PlannedEvent;
      if (!isBefore(event, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #sink(): void {
    const heap = this.#heap;
    const event = heap[0] as PlannedEvent;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      const right = below + 1;
      if (right < heap.length && isBefore(heap[right] as PlannedEvent, heap[below] as PlannedEvent))
        below = right;
      if (!isBefore(heap[below] as PlannedEvent, event)) break;
      heap[at] = heap[below] as PlannedEvent;
      at = below;
    }
    heap[at] = event;
  }
}

function isBefore(a: PlannedEvent, b: PlannedEvent): boolean {
  return a.at !== b.at ? a.at < b.at : a.sequence < b.sequence;
}

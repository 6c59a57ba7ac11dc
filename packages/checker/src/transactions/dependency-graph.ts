/**
 * Why one transaction comes before another:
 *
 * - `ww`: the other appended right after what it appended;
 * - `wr`: the other read what it appended;
 * - `realtime`: it was answered before the other was called;
 * - `rw`: it read a list without what the other appended next.
 */
export type EdgeKind = Edge["kind"];

export type Edge = DataEdge | RealTimeEdge;

interface Ends {
  readonly from: number;
  readonly to: number;
}

export interface DataEdge extends Ends {
  readonly kind: "ww" | "wr" | "rw";
  readonly key: string;
  /** What the other appended; of `wr`: the last value that it read. */
  readonly value: number;
  /** The value before that one, where there is one. */
  readonly after: number | undefined;
}

export interface RealTimeEdge extends Ends {
  readonly kind: "realtime";
}

/** What must come before what, each transaction named by its number. */
export class DependencyGraph {
  readonly #leaving: Edge[][];
  #size = 0;

  constructor(transactions: number) {
    this.#leaving = Array.from({ length: transactions }, () => []);
  }

  /** Edges in all. */
  get size(): number {
    return this.#size;
  }

  /** Nothing comes before itself. Where kinds compete for a place in a cycle, the first that was added gets it. */
  add(edge: Edge): void {
    if (edge.from === edge.to) return;
    this.#leaving[edge.from]?.push(edge);
    this.#size += 1;
  }

  leaving(transaction: number): readonly Edge[] {
    return this.#leaving[transaction] ?? [];
  }
}

import type { DependencyGraph, Edge } from "./dependency-graph.ts";

/**
 * The sets of nodes, of two or more, in which each is reached from each other over `allowed` edges among
 * `nodes` (Tarjan 1972, without recursion, as a path may hold all of them).
 */
export function stronglyConnected(
  graph: DependencyGraph,
  nodes: Iterable<number>,
  allowed: (edge: Edge) => boolean,
): readonly (readonly number[])[] {
  const within = new Set(nodes);
  const search = new Search(graph, within, allowed);
  for (const node of within) search.from(node);
  return search.found;
}

interface Visit {
  readonly node: number;
  next: number;
}

class Search {
  readonly found: number[][] = [];
  readonly #graph: DependencyGraph;
  readonly #within: ReadonlySet<number>;
  readonly #allowed: (edge: Edge) => boolean;
  readonly #index = new Map<number, number>();
  readonly #low = new Map<number, number>();
  readonly #open: number[] = [];
  readonly #isOpen = new Set<number>();

  constructor(
    graph: DependencyGraph,
    within: ReadonlySet<number>,
    allowed: (edge: Edge) => boolean,
  ) {
    this.#graph = graph;
    this.#within = within;
    this.#allowed = allowed;
  }

  from(root: number): void {
    if (this.#index.has(root)) return;
    const path = [this.#enter(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const edge = this.#graph.leaving(visit.node)[visit.next];
      if (edge === undefined) {
        path.pop();
        this.#leave(visit.node, path.at(-1)?.node);
        continue;
      }
      visit.next += 1;
      if (!this.#within.has(edge.to) || !this.#allowed(edge)) continue;
      if (!this.#index.has(edge.to)) path.push(this.#enter(edge.to));
      else if (this.#isOpen.has(edge.to)) this.#lower(visit.node, this.#index.get(edge.to));
    }
  }

  #enter(node: number): Visit {
    const index = this.#index.size;
    this.#index.set(node, index);
    this.#low.set(node, index);
    this.#open.push(node);
    this.#isOpen.add(node);
    return { node, next: 0 };
  }

  #leave(node: number, parent: number | undefined): void {
    const low = this.#low.get(node);
    if (low === this.#index.get(node)) this.#close(node);
    if (parent !== undefined) this.#lower(parent, low);
  }

  #close(root: number): void {
    const component = this.#open.splice(this.#open.lastIndexOf(root));
    for (const node of component) this.#isOpen.delete(node);
    if (component.length > 1) this.found.push(component);
  }

  #lower(node: number, to = Number.POSITIVE_INFINITY): void {
    this.#low.set(node, Math.min(this.#low.get(node) ?? to, to));
  }
}

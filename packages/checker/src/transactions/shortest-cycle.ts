import type { DependencyGraph, Edge } from "./dependency-graph.ts";

/** Edges that one search looks at: about a second. Beyond, the shortest cycle so far has to do. */
export const CYCLE_SEARCH_EDGES_MAX = 5_000_000;

/** The part of a graph in which a cycle is searched. */
export interface Part {
  readonly within: ReadonlySet<number>;
  readonly allowed: (edge: Edge) => boolean;
}

/** The shortest cycle in a part in which each node is reached from each other. */
export function shortestCycle(graph: DependencyGraph, part: Part): readonly Edge[] | undefined {
  const search = new PathSearch(graph, part);
  for (const node of part.within) {
    const path = search.shortest(node, node);
    if (path !== undefined) search.best = path;
    if (search.isOver) break;
  }
  return search.best;
}

/** The shortest cycle of one of the `first` edges and a way back over the part's. */
export function shortestThrough(
  graph: DependencyGraph,
  part: Part,
  first: readonly Edge[],
): readonly Edge[] | undefined {
  const search = new PathSearch(graph, part);
  for (const edge of first) {
    const back = search.shortest(edge.to, edge.from);
    if (back !== undefined) search.best = [edge, ...back];
    if (search.isOver) break;
  }
  return search.best;
}

/** Two transactions at least. */
const SHORTEST = 2;

class PathSearch {
  best: readonly Edge[] | undefined;
  readonly #graph: DependencyGraph;
  readonly #part: Part;
  #seen = 0;

  constructor(graph: DependencyGraph, part: Part) {
    this.#graph = graph;
    this.#part = part;
  }

  /** Nothing shorter can be found, or nothing more may be looked at. */
  get isOver(): boolean {
    return this.#seen >= CYCLE_SEARCH_EDGES_MAX || this.best?.length === SHORTEST;
  }

  /** A path that is shorter than the best cycle by as much as its caller adds, at most by one edge. */
  shortest(from: number, to: number): readonly Edge[] | undefined {
    const cycleMax = (this.best?.length ?? Number.POSITIVE_INFINITY) - 1;
    const pathMax = from === to ? cycleMax : cycleMax - 1;
    const came = new Map<number, Edge>();
    let reached = [from];
    for (let length = 1; length <= pathMax && reached.length > 0; length++) {
      const next: number[] = [];
      for (const node of reached) {
        if (this.#spread(node, to, { came, next })) return pathTo(to, from, came);
      }
      reached = next;
    }
    return undefined;
  }

  /** Follows the edges of a node; true if one arrives. */
  #spread(
    node: number,
    to: number,
    { came, next }: { readonly came: Map<number, Edge>; readonly next: number[] },
  ): boolean {
    const { within, allowed } = this.#part;
    for (const edge of this.#graph.leaving(node)) {
      this.#seen += 1;
      if (!allowed(edge) || !within.has(edge.to) || came.has(edge.to)) continue;
      came.set(edge.to, edge);
      if (edge.to === to) return true;
      next.push(edge.to);
    }
    return false;
  }
}

function pathTo(to: number, from: number, came: ReadonlyMap<number, Edge>): readonly Edge[] {
  const path: Edge[] = [];
  let node = to;
  do {
    const edge = came.get(node);
    if (edge === undefined) break;
    path.push(edge);
    node = edge.from;
  } while (node !== from);
  return path.reverse();
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { DependencyGraph, type Edge } from "./dependency-graph.ts";
import { shortestCycle, shortestThrough } from "./shortest-cycle.ts";

const NODES = 7;
const node = fc.integer({ min: 0, max: NODES - 1 });
const graphs = fc.array(fc.tuple(node, node), { minLength: 5, maxLength: 16, size: "max" });
const part = { within: new Set(Array.from({ length: NODES }, (_, at) => at)), allowed: () => true };

function graphOf(pairs: readonly (readonly [number, number])[]) {
  const graph = new DependencyGraph(NODES);
  for (const [from, to] of pairs) graph.add({ kind: "realtime", from, to });
  return { graph, edges: [...part.within].flatMap((at) => graph.leaving(at)) };
}

/** Steps of the shortest walk, by all nodes that a walk of so many steps reaches. */
function distance(edges: readonly Edge[], from: number, to: number): number {
  let reached = new Set([from]);
  for (let steps = 1; steps <= NODES; steps++) {
    reached = new Set(edges.filter((edge) => reached.has(edge.from)).map((edge) => edge.to));
    if (reached.has(to)) return steps;
  }
  return Number.POSITIVE_INFINITY;
}

function expectCycle(cycle: readonly Edge[] | undefined, length: number): void {
  expect(cycle?.length ?? Number.POSITIVE_INFINITY).toBe(length);
  for (const [at, { to }] of (cycle ?? []).entries()) {
    expect(cycle?.[(at + 1) % length]?.from).toBe(to);
  }
}

test("no cycle is shorter than the one found", () => {
  fc.assert(
    fc.property(graphs, (pairs) => {
      const { graph, edges } = graphOf(pairs);

      const cycle = shortestCycle(graph, part);

      expectCycle(cycle, Math.min(...[...part.within].map((at) => distance(edges, at, at))));
    }),
    { numRuns: 300 },
  );
});

test("no cycle through one of some edges is shorter than the one found", () => {
  fc.assert(
    fc.property(graphs, (pairs) => {
      const { graph, edges } = graphOf(pairs);
      const some = edges.filter((_, at) => at % 2 === 0);

      const cycle = shortestThrough(graph, part, some);

      expectCycle(cycle, Math.min(...some.map(({ from, to }) => 1 + distance(edges, to, from))));
      if (cycle !== undefined) expect(some).toContain(cycle[0]);
    }),
    { numRuns: 300 },
  );
});

import type { CycleAnomaly, CycleName } from "./anomaly.ts";
import type { DependencyGraph, Edge, EdgeKind } from "./dependency-graph.ts";
import { shortestCycle, shortestThrough } from "./shortest-cycle.ts";
import { stronglyConnected } from "./strongly-connected.ts";

interface Level {
  readonly kinds: ReadonlySet<EdgeKind>;
  /** Exactly one `rw`, the rest as in `kinds`. */
  readonly hasOneMissed: boolean;
}

/** The gravest first. */
const LEVELS: readonly Level[] = [
  { kinds: new Set<EdgeKind>(["ww"]), hasOneMissed: false },
  { kinds: new Set<EdgeKind>(["ww", "wr"]), hasOneMissed: false },
  { kinds: new Set<EdgeKind>(["ww", "wr"]), hasOneMissed: true },
  { kinds: new Set<EdgeKind>(["ww", "wr", "rw"]), hasOneMissed: false },
  { kinds: new Set<EdgeKind>(["ww", "realtime"]), hasOneMissed: false },
  { kinds: new Set<EdgeKind>(["ww", "wr", "realtime"]), hasOneMissed: false },
  { kinds: new Set<EdgeKind>(["ww", "wr", "realtime"]), hasOneMissed: true },
  { kinds: new Set<EdgeKind>(["ww", "wr", "rw", "realtime"]), hasOneMissed: false },
];

/** One cycle, of the gravest kind and as short as can be, for each set of transactions that hang together in cycles. */
export function cyclesIn(
  graph: DependencyGraph,
  transactions: readonly number[],
): readonly CycleAnomaly[] {
  return stronglyConnected(graph, transactions, () => true).flatMap((component) => {
    for (const level of LEVELS) {
      const edges = cycleAt(level, graph, component);
      if (edges !== undefined) return [{ kind: "cycle", name: nameOfCycle(edges), edges }];
    }
    return [];
  });
}

function cycleAt(
  { kinds, hasOneMissed }: Level,
  graph: DependencyGraph,
  component: readonly number[],
): readonly Edge[] | undefined {
  const allowed = ({ kind }: Edge) => kinds.has(kind);
  if (hasOneMissed) {
    const within = new Set(component);
    const missed = component.flatMap((node) =>
      graph.leaving(node).filter(({ kind, to }) => kind === "rw" && within.has(to)),
    );
    return shortestThrough(graph, { within, allowed }, missed);
  }
  const cycles = stronglyConnected(graph, component, allowed).flatMap((nodes) => {
    const cycle = shortestCycle(graph, { within: new Set(nodes), allowed });
    return cycle === undefined ? [] : [cycle];
  });
  return cycles.sort((a, b) => a.length - b.length)[0];
}

/** By what the cycle needs, whatever it was searched as. */
function nameOfCycle(edges: readonly Edge[]): CycleName {
  const count = (kind: EdgeKind) => edges.filter((edge) => edge.kind === kind).length;
  const missed = count("rw");
  const written = count("wr") > 0 ? "G1c" : "G0";
  const name = missed > 1 ? "G2" : missed === 1 ? "G-single" : written;
  return count("realtime") > 0 ? `${name}-realtime` : name;
}

// A process of its own for each search: its parent sends it an ExploreOrder, and is told ExploreNews.
import { once } from "node:events";
import { register } from "node:module";
import { setImmediate as turn } from "node:timers/promises";
import type { Search, SearchEnd } from "@holdfast/sim";
import type { ExploreEnd, ExploreNews, ExploreOrder } from "./explore.ts";

/** States between two looks at the clock. */
const STATES_A_LOOK = 500;
const NEWS_MS = 1_000;
const MIB = 1024 * 1024;

const [order] = (await once(process, "message")) as [ExploreOrder];
process.once("disconnect", () => process.exit());
register("./open-core-hooks.js", import.meta.url, { data: order.core });
// Only now: what is loaded before the hooks are there is neither opened nor has a mistake in it.
const sim = await import("@holdfast/sim");
const began = performance.now();
const last = await run(new sim.Search(order.bounds, order.names));
process.send?.(last, () => process.exit());

async function run(search: Search): Promise<ExploreNews> {
  for (let toldAt = began; ; ) {
    const end = search.advance(STATES_A_LOOK);
    if (end !== undefined) return { figures: figuresOf(search), end: told(end, search) };
    if (performance.now() - toldAt < NEWS_MS) continue;
    toldAt = performance.now();
    const figures = figuresOf(search);
    if (figures.bytes > order.memoryMib * MIB)
      return { figures, end: { kind: "full", of: "memory" } };
    process.send?.({ figures, end: undefined } satisfies ExploreNews);
    // Messages are sent between two turns.
    await turn();
  }
}

function figuresOf({ figures }: Search): ExploreNews["figures"] {
  const seconds = (performance.now() - began) / 1000;
  return { ...figures, seconds, bytes: process.memoryUsage().rss };
}

function told(end: SearchEnd, { members }: Search): ExploreEnd {
  if (end.kind === "full") return { kind: "full", of: "states" };
  if (end.kind === "exhausted") return end;
  const { invariant, message } = end.violation;
  return { kind: end.kind, invariant, message, path: sim.pathInWords(end.path, members.messages) };
}

// A process of its own for each search: its parent sends it an ExploreOrder, and is told ExploreNews.
import { once } from "node:events";
import { register } from "node:module";
import { setImmediate as turn } from "node:timers/promises";
import type { ExploreNews, ExploreOrder } from "./explore.ts";

const STATES_A_TURN = 500;
const NEWS_MS = 1_000;

const [order] = (await once(process, "message")) as [ExploreOrder];
process.once("disconnect", () => process.exit());
register("./open-core-hooks.js", import.meta.url, { data: order.core });
// Only now: what is loaded before the hooks are there is neither opened nor has a mistake in it.
const { pathInWords, Search } = await import("@holdfast/sim");
const began = performance.now();
const search = new Search(order.bounds);
let toldAt = began;
for (;;) {
  const end = search.advance(STATES_A_TURN);
  const now = performance.now();
  if (end === undefined && now - toldAt < NEWS_MS) continue;
  toldAt = now;
  const seconds = (now - began) / 1000;
  const figures = { ...search.figures, seconds, bytes: process.memoryUsage().rss };
  if (end === undefined) {
    process.send?.({ figures, end: undefined } satisfies ExploreNews);
    await turn();
    continue;
  }
  const news: ExploreNews =
    end.kind === "violation"
      ? {
          figures,
          end: {
            kind: end.kind,
            invariant: end.violation.invariant,
            message: end.violation.message,
            path: pathInWords(end.path, search.members.messages),
          },
        }
      : { figures, end };
  process.send?.(news, () => process.exit(0));
  break;
}

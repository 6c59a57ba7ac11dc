import type { Act } from "../decisions/decision.ts";
import { minimise } from "./minimise.ts";

/** Makes one act smaller in itself: fewer links, fewer commands. `accepts` as for {@link minimise}. */
export function shorten(act: Act, accepts: (shorter: Act) => boolean): void {
  switch (act.kind) {
    case "partition": {
      const pairs = act.ways.map((way, at) => ({ way, ms: act.ms[at] ?? 0 }));
      trim(pairs, (kept) =>
        accepts({ ...act, ways: kept.map(({ way }) => way), ms: kept.map(({ ms }) => ms) }),
      );
      return;
    }
    case "cut-off":
    case "clog":
      trim(act.ways, (ways) => accepts({ ...act, ways }));
      return;
    case "burst":
      trim(act.lengths, (lengths) => accepts({ ...act, lengths }));
      return;
    default:
  }
}

/** Never to nothing: that was tried before. */
function trim<Item>(items: readonly Item[], accepts: (kept: readonly Item[]) => boolean): void {
  minimise(items, (kept) => (kept.length > 0 && accepts(kept) ? kept : undefined));
}

import { type Act, isMessageFault } from "../decisions/decision.ts";
import { type Candidate, withDecisions } from "./candidate.ts";
import { minimise } from "./minimise.ts";

/**
 * Makes acts smaller in themselves, the last first: fewer links, fewer commands. `accepts` makes what
 * it accepts the one that `current` answers, and more may have fallen away there.
 */
export function shortenActs(
  current: () => Candidate,
  accepts: (candidate: Candidate) => boolean,
): void {
  for (const { act } of current().script.decisions.toReversed()) {
    if (isMessageFault(act)) continue;
    let kept: Act = act;
    shorten(act, (shorter) => {
      const { decisions } = current().script;
      // With each part of it others may fall away, and so may it: it is looked for every time.
      const at = decisions.findIndex((decision) => decision.act === kept);
      const found = decisions[at];
      if (found === undefined) return false;
      const fewer = decisions.with(at, { ...found, act: shorter });
      if (!accepts(withDecisions(current(), fewer))) return false;
      kept = shorter;
      return true;
    });
  }
}

function shorten(act: Act, accepts: (shorter: Act) => boolean): void {
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

import type { Millis } from "@holdfast/base";
import { type Act, type Decision, isMessageFault } from "../decisions/decision.ts";
import { warmUpMs } from "../phases.ts";
import { type Candidate, withDecisions } from "./candidate.ts";

/** More than so many decisions are not moved one by one. */
const MOVED_MAX = 60;
/** What is closer than this to what came before it, stays. */
const CLOSE_MS = 20;
/** To what share of it a gap is closed, in the order of the tries. */
const SHARES = [0, 0.25, 0.6];

/**
 * Brings what is left nearer to what comes before it, so that little time passes in which nothing
 * happens. `accepts` makes what it accepts the one that `current` answers.
 */
export function closeGaps(
  current: () => Candidate,
  accepts: (candidate: Candidate) => boolean,
): void {
  if (current().script.decisions.length > MOVED_MAX) return;
  for (let at = 0; at < current().script.decisions.length; at++) {
    const { decisions } = current().script;
    const decision = decisions[at];
    if (decision === undefined || isMessageFault(decision.act)) continue;
    const earliest = earliestOf(decision.act, current());
    const before = Math.max(earliest, decisions[at - 1]?.at ?? 0);
    const gap = decision.at - before;
    if (gap < CLOSE_MS) continue;
    SHARES.some((share) =>
      accepts(withDecisions(current(), moved(decisions, at, gap * (1 - share), current()))),
    );
  }
}

/** Clients may begin at once, faults after the quiet beginning. */
function earliestOf({ kind }: Act, { plan }: Candidate): Millis {
  return kind === "operation" ? 0 : warmUpMs(plan);
}

/** All from one on happen so much earlier; messages are known by their number, not their time. */
function moved(
  decisions: readonly Decision[],
  from: number,
  by: Millis,
  candidate: Candidate,
): readonly Decision[] {
  return decisions.map(({ at, act }, index) =>
    index < from || isMessageFault(act)
      ? { at, act }
      : { at: Math.max(earliestOf(act, candidate), at - by), act },
  );
}

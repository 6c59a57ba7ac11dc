import type { RowNeed, Steps, Turn } from "@holdfast/base";
import type { StateStore, View } from "@holdfast/storage";
import { runSteps } from "./run-steps.ts";

/** Single rows that a read may fetch in one turn; more of them take a View. */
const ROWS_IN_A_TURN_MAX = 64;

/**
 * Runs a read over one consistent state. A read of single rows is done within
 * this turn; anything longer takes a View now, before anything else is applied,
 * and goes on from there (decision 11).
 */
export function runRead<Result>(
  steps: Steps<Result>,
  store: StateStore,
  turn: Turn,
): Result | Promise<Result> {
  let step = steps.next();
  while (step.done !== true) {
    const need: RowNeed = step.value;
    if (need.kind !== "rows" || need.keys.length > ROWS_IN_A_TURN_MAX) {
      return onView(resumedAt(need, steps), store, turn);
    }
    step = steps.next(need.keys.map((key) => store.get(key)));
  }
  return step.value;
}

async function onView<Result>(
  steps: Steps<Result>,
  store: StateStore,
  turn: Turn,
): Promise<Result> {
  const view: View = store.view();
  try {
    return await runSteps(steps, view, turn);
  } finally {
    view.close();
  }
}

/** The rest of a computation whose next need is known already. */
function* resumedAt<Result>(need: RowNeed, steps: Steps<Result>): Steps<Result> {
  let step = steps.next(yield need);
  while (step.done !== true) step = steps.next(yield step.value);
  return step.value;
}

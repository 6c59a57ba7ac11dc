import type { Transaction } from "@holdfast/checker";

/** Whether some serial order explains a history: tries all, of the committed and of any of the unknown. */
export function hasSerialOrder(history: readonly Transaction[]): boolean {
  const left = history.filter(({ outcome }) => outcome !== "aborted");
  return canGoOn(left, new Map());
}

type Lists = ReadonlyMap<string, readonly number[]>;

function canGoOn(left: readonly Transaction[], lists: Lists): boolean {
  const owed = left.filter(({ outcome }) => outcome === "committed");
  if (owed.length === 0) return true;
  const firstReturn = Math.min(...owed.map(({ returned = 0 }) => returned));
  return left.some((next) => {
    if (next.called > firstReturn) return false;
    const after = carriedOut(next, lists);
    return (
      after !== undefined &&
      canGoOn(
        left.filter((transaction) => transaction !== next),
        after,
      )
    );
  });
}

function carriedOut({ steps }: Transaction, lists: Lists): Lists | undefined {
  const after = new Map(lists);
  for (const step of steps) {
    const list = after.get(step.key) ?? [];
    if (step.kind === "append") after.set(step.key, [...list, step.value]);
    else if (step.values !== undefined && step.values.join() !== list.join()) return undefined;
  }
  return after;
}

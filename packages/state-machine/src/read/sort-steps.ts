import { pause, type Steps } from "@holdfast/base";

/** Items sorted or merged between two pauses: about a millisecond. */
const ITEMS_PER_SLICE = 2000;

/** Sorts by `compare`, stably, without ever holding the event loop for long (decision 4). */
export function* sortSteps<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Steps<Item[]> {
  let runs: Item[][] = [];
  for (let at = 0; at < items.length; at += ITEMS_PER_SLICE) {
    runs.push(items.slice(at, at + ITEMS_PER_SLICE).sort(compare));
    if (at + ITEMS_PER_SLICE < items.length) yield* pause();
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const left = runs[at] ?? [];
      const right = runs[at + 1];
      merged.push(right === undefined ? left : yield* mergeSteps(left, right, compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergeSteps<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Steps<Item[]> {
  const merged: Item[] = [];
  let fromLeft = 0;
  let fromRight = 0;
  while (fromLeft < left.length || fromRight < right.length) {
    if (merged.length % ITEMS_PER_SLICE === ITEMS_PER_SLICE - 1) yield* pause();
    const a = left[fromLeft];
    const b = right[fromRight];
    if (b === undefined || (a !== undefined && compare(a, b) <= 0)) {
      merged.push(a as Item);
      fromLeft += 1;
    } else {
      merged.push(b);
      fromRight += 1;
    }
  }
  return merged;
}

/** Edits beyond which two words are no longer taken for one mistyped. */
const EDITS_MAX = 3;
/** Longer words are not compared: they come from outside, and comparing costs their product. */
const LENGTH_MAX = 64;

/** The word of `known` that was probably meant by `given`; undefined if none is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (given.length > LENGTH_MAX) return undefined;
  const distances = known.map((word) => ({
    word,
    edits: edits(given.toLowerCase(), word.toLowerCase()),
  }));
  const best = distances.sort((a, b) => a.edits - b.edits)[0];
  if (best === undefined) return undefined;
  return best.edits <= Math.min(EDITS_MAX, Math.floor(best.word.length / 2))
    ? best.word
    : undefined;
}

/** Insertions, deletions and replacements of single characters that turn one word into the other. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [above, character] of [...from].entries()) {
    const next = [above + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (to[column - 1] === character ? 0 : 1);
      const inserted = (next[column - 1] ?? 0) + 1;
      const removed = (row[column] ?? 0) + 1;
      next.push(Math.min(replaced, inserted, removed));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

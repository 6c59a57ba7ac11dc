/**
 * Delta debugging: leaves out ever smaller pieces of a list as long as `accepts` takes what is
 * left: it answers the list that is to go on with, which may be shorter than what it
 * was given, and `undefined` if it is not the same any more. From the end, so that what comes
 * before stays as it was.
 */
export function minimise<Item>(
  items: readonly Item[],
  accepts: (rest: readonly Item[]) => readonly Item[] | undefined,
): readonly Item[] {
  let kept = accepts([]) ?? items;
  let size = Math.ceil(kept.length / 2);
  while (size >= 1 && kept.length > 0) {
    const before = kept.length;
    for (let end = kept.length; end > 0; end = Math.min(end - size, kept.length)) {
      const from = Math.max(0, end - size);
      kept = accepts([...kept.slice(0, from), ...kept.slice(end)]) ?? kept;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (kept.length === before) break;
  }
  return kept;
}

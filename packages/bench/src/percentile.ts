/**
 * The nearest-rank percentile: the least value that at least `percent` of all
 * values do not exceed. Nothing is interpolated, so it is a value that was seen;
 * of 20 values the 99th percentile is the greatest.
 */
export function percentile(values: readonly number[], percent: number): number {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`no percentile ${percent}`);
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[Math.ceil((percent / 100) * ascending.length) - 1] ?? Number.NaN;
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const upper = ascending[Math.floor(ascending.length / 2)] ?? Number.NaN;
  if (ascending.length % 2 === 1) return upper;
  return (upper + (ascending[ascending.length / 2 - 1] ?? Number.NaN)) / 2;
}
